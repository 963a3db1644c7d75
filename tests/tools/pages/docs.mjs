// The documentation of both listeners: in the order of use, models folded, and a call that works.
import assert from 'node:assert/strict';

// The most presses of the tab key from one part of the page to another.
const FAR = 500;

export function docsFlows({ browser, base, admin, key }) {
  const flows = {
    async 'the documentation: in the order of use, and a call'() {
      const page = await browser.page();
      await page.goto(`${base}/docs/?lang=en`);
      const order = await page.eval('[...document.querySelectorAll(".op")].map((op) => op.id)');
      const places = ['send_code', 'verify_code', 'sign_up', 'sign_in', 'issue_token', 'get_me'].map((id) => order.indexOf(id));
      assert.ok(places.every((place) => place >= 0) && places.every((place, at) => at === 0 || places[at - 1] < place), order.join(' '));
      assert.equal(await page.eval('[...document.querySelectorAll("details.op, #models details")].some((part) => part.open)'), false);
      await page.click('#send_code > summary');
      await page.fill('#send_code-body', '{"email":"docs@example.com"}');
      await page.click('#send_code .try [type="submit"]');
      await page.there('#send_code [data-status="200"]');
      assert.match(await page.text('#send_code .try'), /verification_id/);
      await page.click('#models > details > summary');
      await page.click('#model-SignUpBody > summary');
      await page.until('/verification_token/.test(document.querySelector("#model-SignUpBody").textContent)', 'the fields of the model');
      await page.goto(`${base}/docs/?lang=en#get_me`);
      await page.until('document.querySelector("#get_me").open', 'the operation that the address names');
      await page.sound([base]);
    },

    async 'the documentation: by keys alone'() {
      const page = await browser.page();
      await page.goto(`${base}/docs/?lang=en`);
      await page.tabTo('#contents a[href="#send_code"]');
      await page.press('Enter');
      await page.given('#send_code > summary');
      assert.equal(await page.eval('document.querySelector("#send_code").open'), true);
      await page.tabTo('#send_code-body');
      await page.retype('{"email":"docs-keys@example.com"}');
      await page.tabTo('#send_code .try [type="submit"]');
      await page.press('Enter');
      await page.there('#send_code [data-status="200"]');
      // Another one is opened where it is, and closed again.
      await page.tabTo('#verify_code > summary', FAR);
      for (const open of [true, false]) {
        await page.press('Enter');
        await page.until(`document.querySelector('#verify_code').open === ${open}`, `verify_code, ${open ? 'open' : 'closed'}`);
      }
      // All other calls lie between, and then all models before this one.
      await page.tabTo('#models > details > summary', FAR);
      await page.press('Enter');
      await page.tabTo('#model-SignUpBody > summary', FAR);
      await page.press('Enter');
      await page.until('/verification_token/.test(document.querySelector("#model-SignUpBody").textContent)', 'the fields of the model');
      await page.sound([base]);
    },

    async 'the documentation of the admin listener, with a key'() {
      const page = await browser.page();
      await page.goto(`${admin}/docs/?lang=zh`);
      await page.fill('#scheme-admin_key', key);
      await page.click('#list_users > summary');
      await page.click('#list_users .try [type="submit"]');
      await page.there('#list_users [data-status="200"]');
      await page.sound([admin]);
    },
  };
  for (const [which, place] of [['public', base], ['admin', admin]]) {
    flows[`the documentation, ${which}: to those who choose Chinese, nothing is left in English`] = async () => {
      const page = await browser.page();
      await page.goto(`${place}/docs/?lang=en`);
      assert.ok(!page.asked.some((url) => url.includes('docs-zh')), 'Chinese texts are read only where they are wanted');
      await page.click('[data-language="zh"]');
      await page.until('/[一-龥]/.test(document.querySelector("#operations p.soft").textContent)', 'a group of calls, described in Chinese');
      const filled = '[...document.querySelectorAll("main details[open]")].every((part) => part.children.length > 1)';
      for (const folded of ['.op, #models > details', '.op .answers > details, .model .model']) {
        await page.eval(`document.querySelectorAll(${JSON.stringify(folded)}).forEach((part) => { part.open = true; })`);
        await page.until(filled, 'what was opened');
      }
      assert.ok(await page.eval('document.querySelectorAll("main dd").length') > 200, 'fields are shown');
      assert.deepEqual(await page.eval('[...document.querySelectorAll("main [lang], nav [lang]")].map((part) => part.textContent)'), []);
      await page.sound([place]);
    };
    for (const [width, language, scheme] of [[1280, 'en', 'light'], [1280, 'zh', 'dark'], [390, 'zh', 'light'], [390, 'en', 'dark']]) {
      flows[`the documentation, ${which}, at ${width}, ${language}, ${scheme}`] = async () => {
        const page = await browser.page({ width, scheme });
        await page.goto(`${place}/docs/?lang=${language}`);
        await page.shot(`docs-${which}-${width}-${language}-${scheme}-1`);
        const operation = which === 'public' ? 'sign_up' : 'list_users';
        await page.click(`#${operation} > summary`);
        await page.click(`#${operation} .answers summary`);
        await page.shot(`docs-${which}-${width}-${language}-${scheme}-2`);
        await page.sound([place]);
      };
    }
  }
  return flows;
}
