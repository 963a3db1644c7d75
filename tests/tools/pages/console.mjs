// The console: each act once, what a key without a scope sees, and a script in a user's name.
import assert from 'node:assert/strict';

const SCRIPT = '<img src=x onerror="pwned=1"><script>pwned=1</script>';

// What the page says once an act is done.
const SAID = {
  en: { block: 'Blocked', unblock: 'Unblocked', end: 'Sessions ended: 1\\.', edit: 'Saved', delete: 'is deleted' },
  zh: { block: '已封禁', unblock: '已解封', end: '已结束 1 个会话', edit: '已保存', delete: '已删除' },
};

// Somebody on a device of their own.
const calling = (base) => (path, body) => fetch(`${base}${path}`, {
  method: 'POST', headers: { 'content-type': 'application/json', 'x-device-id': 'pages-0123456789abcdef0123456789' }, body: JSON.stringify(body),
});

export function consoleFlows({ browser, base, admin, limited, key, readingKey }) {
  const call = calling(base);
  const api = async (method, path, body) => {
    const answer = await fetch(`${admin}${path}`, { method, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path}: ${await answer.clone().text()}`);
    return answer.json();
  };
  const make = (username, more = {}) => api('POST', '/admin/v1/users', { username, password: 'Password@123', ...more });

  async function enter(page, language = 'en', withKey = key, at = admin) {
    await page.goto(`${at}/console/?lang=${language}`);
    await page.fill('#key', withKey);
    await page.press('Enter');
    await page.until('Number(document.documentElement.dataset.shown ?? 0) > 0', 'the first place');
  }
  const go = async (page, place) => {
    const before = await page.eval('Number(document.documentElement.dataset.shown)');
    await page.eval(`location.hash = ${JSON.stringify(place)}`);
    await page.until(`Number(document.documentElement.dataset.shown) > ${before}`, place);
  };
  const said = (page, pattern) => page.until(`/${pattern}/.test(document.querySelector('#said').textContent)`, pattern);

  const flows = {
    async 'the console: events forward, dead letters again, state'() {
      await make('console_events');
      const page = await browser.page();
      await enter(page);
      await go(page, '#events');
      await page.choose('#order', 'forward');
      await page.choose('#kind', 'user_created');
      await page.click('#view [type="submit"]');
      await page.until('[...document.querySelectorAll("#events .kind")].length > 0 && [...document.querySelectorAll("#events .kind")].every((one) => one.textContent.startsWith("user_created"))', 'events of one kind');
      const { id } = await make('console_later');
      await page.click('#read-on');
      await page.until(`document.querySelector('#events').textContent.includes(${JSON.stringify(id)})`, 'what happened meanwhile');
      await go(page, '#letters');
      // Every event was tried once, in vain.
      const letters = () => api('GET', '/admin/v1/dead-letters');
      for (let tries = 0; tries < 200 && (await letters()).dead_letters.length === 0; tries += 1) await new Promise((resolve) => { setTimeout(resolve, 50); });
      await go(page, '#users');
      await go(page, '#letters');
      await page.click('#dead_letters [data-letter]');
      await said(page, '1 sent again');
      await go(page, '#state');
      assert.match(await page.text('#view'), /Alive/);
      await page.there('#limits');
      await page.sound([admin]);
    },

    async 'the console: a limit that was hit'() {
      const send = async () => (await calling(limited.base)('/auth/v1/verification', { email: 'limited@example.com' })).status;
      assert.equal(await send(), 200);
      const page = await browser.page();
      await enter(page, 'en', limited.key, limited.admin);
      await go(page, '#state');
      await page.there('p#limits');
      // The next code to the same address is sent a minute later at the earliest.
      for (let times = 0; times < 2; times += 1) assert.equal(await send(), 429);
      await go(page, '#users');
      await go(page, '#state');
      await page.there('table#limits');
      assert.deepEqual(await page.eval('[...document.querySelectorAll("#limits tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent))'), [['resend', '0', '2']]);
      await page.sound([limited.admin]);
    },

    async 'the console: by keys alone'() {
      const { id } = await make('console_by_keys');
      const page = await browser.page();
      await page.goto(`${admin}/console/?lang=en`);
      await page.given('#key');
      await page.type(key);
      await page.press('Enter');
      await page.tabTo('#begins');
      await page.type('console_by_keys');
      await page.press('Enter');
      await page.until('document.querySelectorAll("[data-user]").length === 1', 'one user');
      await page.tabTo(`[data-user="${id}"]`);
      await page.press('Enter');
      await page.tabTo('#block');
      await page.press('Enter');
      await page.given('#ask-ok');
      await page.press('Enter');
      await said(page, 'Blocked');
      assert.equal((await api('GET', `/admin/v1/users/${id}`)).status, 'BLOCKED');
      await page.sound([admin]);
    },

    async 'the console: a key without the scope sees why not'() {
      const { id } = await make('console_readonly');
      const page = await browser.page();
      await enter(page, 'en', readingKey);
      await go(page, `#user/${id}`);
      await page.click('#block');
      await page.click('#ask-ok');
      await page.there('#said [data-lacks="users:write"]');
      assert.match(await page.text('#said'), /auth-server admin-keys create/);
      assert.equal((await api('GET', `/admin/v1/users/${id}`)).status, 'ACTIVE');
      await page.sound([admin]);
    },

    async 'the console: a wrong key, locking, and nothing kept'() {
      const page = await browser.page();
      await page.goto(`${admin}/console/?lang=zh`);
      await page.fill('#key', `ak_${'A'.repeat(43)}`);
      await page.press('Enter');
      await page.until('!document.querySelector("#door-problem").hidden', 'that the key is wrong');
      await enter(page, 'zh');
      await page.click('#lock');
      await page.there('#key');
      await enter(page, 'zh');
      const kept = await page.eval('JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.cookie');
      assert.ok(!kept.includes('ak_'), kept);
      await page.reload();
      await page.there('#key');
      await page.sound([admin]);
    },
  };
  for (const [width, language] of [[1280, 'en'], [390, 'zh']]) {
    flows[`the console: each act once, at ${width}, ${language}`] = async () => {
      const name = `console_person_${language}`;
      const { id } = await make(name, { email: `console-${language}@example.com`, nickname: SCRIPT });
      await make(`console_other_${language}`);
      const page = await browser.page({ width });
      await enter(page, language);
      // Search by the beginning.
      await page.fill('#begins', name.toUpperCase());
      await page.press('Enter');
      await page.until('document.querySelectorAll("[data-user]").length === 1', 'one user');
      await page.click(`[data-user="${id}"]`);
      await page.there('#block');
      assert.match(await page.text('#view'), new RegExp(`console-${language}@example\\.com`));
      // A script in a name is a text.
      assert.equal(await page.text('#person'), SCRIPT);
      await page.click('#block');
      await page.click('#ask-ok');
      await said(page, SAID[language].block);
      assert.equal((await api('GET', `/admin/v1/users/${id}`)).status, 'BLOCKED');
      await page.click('#unblock');
      await said(page, SAID[language].unblock);
      const refresh = (token) => call('/auth/v1/token', { client_id: 'default', grant_type: 'refresh_token', refresh_token: token });
      const signedIn = await call('/auth/v1/signin', { username: name, password: 'Password@123' });
      assert.equal(signedIn.status, 200, await signedIn.clone().text());
      const refreshed = await refresh((await signedIn.json()).refresh_token);
      assert.equal(refreshed.status, 200, await refreshed.clone().text());
      const { refresh_token: unused } = await refreshed.json();
      await page.click('#end-sessions');
      await page.click('#ask-ok');
      await said(page, SAID[language].end);
      const refused = await refresh(unused);
      assert.equal(refused.status, 400);
      assert.equal((await refused.json()).error, 'invalid_grant');
      await page.click('#one-time');
      await page.click('#ask-ok');
      await page.there('#secret');
      assert.ok((await page.text('#secret')).length >= 16);
      await page.click('#edit > summary');
      await page.fill('#edit-description', 'edited in the console');
      await page.fill('#edit-email', `console2-${language}@example.com`);
      await page.click('#save');
      await said(page, SAID[language].edit);
      assert.equal((await api('GET', `/admin/v1/users/${id}`)).email, `console2-${language}@example.com`);
      await page.click('#edit > summary');
      await page.click('#clear-description');
      await page.click('#save');
      await page.until('!document.querySelector("#clear-description")', 'that it is cleared');
      assert.equal((await api('GET', `/admin/v1/users/${id}`)).description, undefined);
      // Deleting takes the name.
      await page.click('#delete');
      assert.equal(await page.eval('document.querySelector("#ask-ok").disabled'), true);
      await page.fill('#ask-word', name.slice(0, -1));
      assert.equal(await page.eval('document.querySelector("#ask-ok").disabled'), true);
      await page.fill('#ask-word', name);
      await page.click('#ask-ok');
      await said(page, SAID[language].delete);
      const gone = await fetch(`${admin}/admin/v1/users/${id}`, { headers: { authorization: `Bearer ${key}` } });
      assert.equal(gone.status, 404);
      assert.equal(await page.eval('window.pwned'), undefined);
      await page.sound([admin]);
    };
  }
  for (const [width, language, scheme] of [[1280, 'en', 'light'], [1280, 'zh', 'dark'], [390, 'zh', 'light'], [390, 'en', 'dark']]) {
    flows[`the console at ${width}, ${language}, ${scheme}`] = async () => {
      const { id } = await make(`look-${width}-${language}`, { email: `look-${width}-${language}@example.com`, nickname: 'Ann Lee' });
      const page = await browser.page({ width, scheme });
      const name = `console-${width}-${language}-${scheme}`;
      await page.goto(`${admin}/console/?lang=${language}`);
      await page.shot(`${name}-1-door`);
      await enter(page, language);
      await page.shot(`${name}-2-users`);
      await go(page, `#user/${id}`);
      await page.shot(`${name}-3-user`);
      await page.click('#delete');
      await page.shot(`${name}-4-delete`);
      await page.eval('document.querySelector("#ask").close()');
      for (const [at, place] of ['#events', '#letters', '#state'].entries()) {
        await go(page, place);
        await page.shot(`${name}-${at + 5}-${place.slice(1)}`);
      }
      await page.sound([admin]);
    };
  }
  return flows;
}
