// The first page: a wrong code, the right one, a reload, signing out; a third party; and who may see messages.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';

// The number of the newest message that the page shows.
const newest = (page) => page.eval('Number(document.querySelector("#messages [data-number]")?.dataset.number ?? 0)');

// Reads the code that the page itself shows, for this address, in a message after this one.
async function codeOn(page, address, after = 0) {
  const line = `[...document.querySelectorAll('#messages [data-number]')].find((line) => Number(line.dataset.number) > ${after} && line.textContent.includes(${JSON.stringify(address)}))`;
  return page.until(`${line}?.querySelector('.digits')?.textContent`, `a message to ${address}`);
}

async function signUp(page, { way, address, greeting }) {
  await page.click(`[data-way="${way}"]`);
  await page.fill('#address', address);
  const before = await newest(page);
  await page.click('#ask [type="submit"]');
  await page.there('#code');
  const code = await codeOn(page, address, before);
  await page.fill('#code', code === '000000' ? '000001' : '000000');
  await page.click('#finish');
  await page.until('!document.querySelector("#problem").hidden', 'that the code is wrong');
  await page.fill('#code', code);
  await page.press('Enter');
  await page.there('#sign-out');
  assert.match(await page.text('#session-title'), greeting);
}

const isSignedIn = (page) => page.eval('!document.querySelector("#session").hidden');

export function firstFlows({ browser, base, gated, issuer }) {
  const looks = [1280, 390].flatMap((width) => ['en', 'zh'].flatMap((language) => ['light', 'dark'].map((scheme) => ({ width, language, scheme }))));
  const flows = {
    async 'the first page: by phone, a wrong code, the right one, a reload, and out'() {
      const page = await browser.page();
      await page.goto(`${base}/?lang=en`);
      await signUp(page, { way: 'phone_number', address: '+86 13900000001', greeting: /Signed up/ });
      assert.match(await page.text('#claims'), /the user/);
      assert.match(await page.text('#account'), /\+86 13900000001/);
      assert.match(await page.text('#with-curl'), /authorization: Bearer ey/);
      await page.reload();
      await page.there('#sign-out');
      assert.match(await page.text('#session-title'), /Signed in/);
      await page.click('#sign-out');
      await page.until('document.querySelector("#session").hidden', 'the end of the session');
      await page.reload();
      assert.equal(await isSignedIn(page), false);
      // The account is there now, so the same address signs in.
      await signUp(page, { way: 'phone_number', address: '+86 13900000001', greeting: /Signed in/ });
      await page.sound([base]);
    },

    async 'the first page: by e-mail, with a username and a password, by keys alone'() {
      const page = await browser.page();
      await page.goto(`${base}/?lang=zh`);
      await page.eval('document.querySelector("#way-phone").focus()');
      await page.press('ArrowRight');
      assert.equal(await page.eval('document.activeElement.id'), 'way-email');
      await page.fill('#address', 'page@example.com');
      await page.press('Enter');
      await page.there('#code');
      const code = await codeOn(page, 'page@example.com');
      await page.eval('document.querySelector("#more").open = true');
      await page.fill('#username', 'page_person');
      await page.fill('#password', 'Password@123');
      await page.fill('#code', code);
      await page.press('Enter');
      await page.there('#sign-out');
      assert.match(await page.text('#account'), /page_person/);
      assert.match(await page.text('#session-title'), /注册成功/);
      await page.click('#calls-sdk');
      assert.match(await page.text('#with-sdk'), /registerHost/);
      await page.sound([base]);
    },

    async 'the first page: through a third party'() {
      const page = await browser.page();
      await page.goto(`${base}/?lang=en`);
      await page.click('#way-party');
      await page.click('[data-party="acme"]');
      await page.there('#sign-out');
      assert.match(await page.text('#session-title'), /Signed up/);
      assert.equal(await page.eval('location.search'), '');
      await page.click('#sign-out');
      await page.until('document.querySelector("#session").hidden', 'the end of the session');
      await page.click('#way-party');
      await page.click('[data-party="acme"]');
      await page.there('#sign-out');
      assert.match(await page.text('#session-title'), /Signed in/);
      assert.ok(page.asked.some((url) => url.startsWith(`${issuer}/authorize`)), 'the browser went to the third party');
      await page.sound([base, issuer]);
    },

    async 'messages are for this machine and for the page itself only'() {
      const { port } = new URL(base);
      const read = (headers) => fetch(`${base}/local/messages`, { headers });
      assert.equal((await read({})).status, 200);
      for (const headers of [{ origin: 'https://other.example' }, { 'x-forwarded-for': '127.0.0.1' }, { 'sec-fetch-site': 'cross-site' }]) {
        assert.equal((await read(headers)).status, 403, JSON.stringify(headers));
      }
      // A page of another origin in the same browser, to which the service is open otherwise.
      const other = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><html data-ready="yes">'));
      await new Promise((resolve) => { other.listen(0, '127.0.0.1', resolve); });
      const page = await browser.page();
      await page.goto(`http://127.0.0.1:${other.address().port}/`);
      const status = (path) => page.eval(`fetch('http://127.0.0.1:${port}${path}').then((answer) => answer.status, () => 'refused')`);
      assert.equal(await status('/healthz'), 200);
      assert.equal(await status('/local/messages'), 403);
      other.close();
    },
  };
  for (const [width, language, scheme] of [[1280, 'en', 'light'], [390, 'zh', 'dark']]) {
    flows[`the bot gate of the first page at ${width}, ${language}, ${scheme}`] = async () => {
      const page = await browser.page({ width, scheme });
      await page.goto(`${gated}/?lang=${language}`);
      const address = `gate-${width}@example.com`;
      await page.click('#way-email');
      await page.fill('#address', address);
      await page.press('Enter');
      await page.there('#gate-answer');
      await page.shot(`gate-${width}-${language}-${scheme}`);
      // Another image after a wrong answer.
      const image = await page.eval('document.querySelector("#gate-image").src');
      await page.fill('#gate-answer', '?');
      await page.press('Enter');
      await page.until(`document.querySelector("#gate").open && document.querySelector("#gate-image").src !== ${JSON.stringify(image)}`, 'another image');
      assert.notEqual(await page.text('#gate-said'), '');
      // Whoever gives up is told why nothing was sent.
      await page.click('#gate [value=""]');
      await page.until('!document.querySelector("#problem").hidden', 'that the gate was not passed');
      await page.click('#ask [type="submit"]');
      await page.click('#gate-compute');
      await page.there('#code');
      const code = await codeOn(page, address);
      await page.fill('#code', code);
      await page.press('Enter');
      await page.there('#sign-out');
      await page.sound([gated]);
    };
  }
  for (const { width, language, scheme } of looks) {
    flows[`the first page at ${width}, ${language}, ${scheme}`] = async () => {
      const page = await browser.page({ width, scheme });
      await page.goto(`${base}/?lang=${language}`);
      const name = `first-${width}-${language}-${scheme}`;
      await page.shot(`${name}-1`);
      const address = `ann-${width}-${language}-${scheme}@example.com`;
      await page.click('#way-email');
      await page.fill('#address', address);
      await page.click('#ask [type="submit"]');
      const code = await codeOn(page, address);
      await page.fill('#code', '000000');
      await page.click('#finish');
      await page.until('!document.querySelector("#problem").hidden', 'that the code is wrong');
      await page.shot(`${name}-2`);
      await page.fill('#code', code);
      await page.click('#finish');
      await page.there('#sign-out');
      await page.shot(`${name}-3`);
      await page.sound([base]);
    };
  }
  return flows;
}
