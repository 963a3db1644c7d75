// The example: a page of another origin with the unmodified SDK.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const example = join(dirname(fileURLToPath(import.meta.url)), '../web');

async function serve(base) {
  const child = spawn('node', [join(example, 'serve.mjs')], { env: { ...process.env, SERVICE: base, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const origin = await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => resolve(/http:\S+/.exec(String(chunk))[0]));
    child.on('exit', (status) => reject(new Error(`the example ended: ${status}`)));
  });
  return { origin, close: () => child.kill() };
}

// What the service shows to its own page.
async function codeFor(base, address) {
  for (let tries = 0; tries < 400; tries += 1) {
    const { messages } = await (await fetch(`${base}/local/messages`)).json();
    const found = messages.find((message) => message.to.includes(address));
    if (found) return found.code;
    await new Promise((resolve) => { setTimeout(resolve, 25); });
  }
  throw new Error(`no message to ${address}`);
}

export function webFlows({ browser, base }) {
  const looks = [[1280, 'en', 'light'], [1280, 'zh', 'dark'], [390, 'zh', 'light'], [390, 'en', 'dark']];
  const flows = Object.fromEntries(looks.map(([width, language, scheme], place) => [`examples/web at ${width}, ${language}, ${scheme}`, async () => {
    const site = await serve(base);
    try {
      const page = await browser.page({ width, scheme });
      await page.send('Page.navigate', { url: `${site.origin}/?lang=${language}` });
      // By phone and by e-mail, on both screens.
      const address = place % 2 === 0 ? `1390000011${place}` : `web-${place}@example.com`;
      await page.fill('#address', address);
      await page.until(`document.querySelector('[data-t="send"]').textContent === '${language === 'zh' ? '发送验证码' : 'Send a code'}'`, 'the language');
      await page.shot(`web-${width}-${language}-${scheme}-1`);
      await page.press('Enter');
      const code = await codeFor(base, address);
      await page.fill('#code', code === '000000' ? '000001' : '000000');
      await page.press('Enter');
      await page.until('document.querySelector("#problem").textContent !== ""', 'that the code is wrong');
      await page.shot(`web-${width}-${language}-${scheme}-2`);
      await page.fill('#code', code);
      await page.press('Enter');
      await page.there('#sign-out');
      assert.match(await page.text('#user'), /^\d{19}$/);
      await page.shot(`web-${width}-${language}-${scheme}-3`);
      await page.send('Page.reload');
      await page.there('#sign-out');
      await page.click('#sign-out');
      await page.there('#address');
      await page.send('Page.reload');
      await page.there('#address');
      await page.sound([base, site.origin]);
    } finally {
      site.close();
    }
  }]));
  flows['examples/web by keys alone'] = async () => {
    const site = await serve(base);
    try {
      const page = await browser.page();
      const address = 'web-keys@example.com';
      await page.send('Page.navigate', { url: `${site.origin}/?lang=en` });
      await page.given('#address');
      await page.type(address);
      await page.tabTo('#ask button');
      await page.press('Enter');
      const code = await codeFor(base, address);
      await page.given('#code');
      await page.type(code === '000000' ? '000001' : '000000');
      await page.press('Enter');
      await page.until('document.querySelector("#problem").textContent !== ""', 'that the code is wrong');
      // Whoever was wrong goes on where they were.
      assert.ok(await page.has('#code'), 'the keys are still at the code');
      await page.retype(code);
      await page.tabTo('#prove button');
      await page.press('Enter');
      await page.given('#sign-out');
      assert.match(await page.text('#user'), /^\d{19}$/);
      await page.press('Enter');
      await page.given('#address');
      await page.sound([base, site.origin]);
    } finally {
      site.close();
    }
  };
  return flows;
}
