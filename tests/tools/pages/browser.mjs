// Chromium, driven over its pipe (the DevTools protocol), and pages in it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE = 20000;
const STEP = 25;

export async function openBrowser(program, profile, shots) {
  const child = spawn(program, [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--hide-scrollbars',
    '--disable-background-networking', '--remote-debugging-pipe', `--user-data-dir=${profile}`,
  ], { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk) => { complaints = (complaints + chunk).slice(-2000); });
  const [, , , requests, answers] = child.stdio;
  const ended = new Promise((resolve) => { child.on('close', resolve).on('error', resolve); });
  const waiting = new Map();
  const listeners = new Map();
  let last = 0;
  let rest = '';
  answers.setEncoding('utf8');
  answers.on('data', (chunk) => {
    const messages = (rest + chunk).split('\0');
    rest = messages.pop();
    for (const message of messages.map((text) => JSON.parse(text))) {
      if (message.id === undefined) listeners.get(message.sessionId)?.(message);
      else {
        const { resolve, reject } = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.error) reject(new Error(message.error.message));
        else resolve(message.result);
      }
    }
  });
  ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`Chromium ended: ${complaints}`));
  });
  const send = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject });
    requests.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
  });
  mkdirSync(shots, { recursive: true });
  return {
    // A page in a profile of its own, `width` wide.
    async page({ width = 1280, height = 900, scheme = 'light' } = {}) {
      const { browserContextId } = await send('Target.createBrowserContext');
      const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId });
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
      const page = new Page((method, params) => send(method, params, sessionId), shots);
      listeners.set(sessionId, (message) => page.notice(message));
      await page.begin(width, height, scheme);
      return page;
    },
    async close() {
      child.kill();
      await ended;
    },
  };
}

const MORE_THAN_A_SCREEN = 12000;

class Page {
  constructor(send, shots) {
    this.send = send;
    this.shots = shots;
    // What went wrong inside, and where the page turned to.
    this.faults = [];
    this.asked = [];
  }

  notice({ method, params }) {
    if (method === 'Runtime.exceptionThrown') this.faults.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    // Refusals of the service are part of the flows.
    if (method === 'Log.entryAdded' && params.entry.level === 'error' && params.entry.source !== 'network') this.faults.push(params.entry.text);
    if (method === 'Network.requestWillBeSent') this.asked.push(params.request.url);
  }

  async begin(width, height, scheme) {
    this.width = width;
    await Promise.all(['Page.enable', 'Runtime.enable', 'Log.enable', 'Network.enable'].map((method) => this.send(method)));
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    await this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  }

  async goto(url) {
    await this.send('Page.navigate', { url });
    await this.until(`location.href.startsWith(${JSON.stringify(url.split('#')[0])}) && document.readyState === 'complete'`, `the page ${url}`);
    await this.ready();
  }

  ready() {
    return this.until('document.documentElement.dataset.ready === "yes"', 'a page that is ready');
  }

  async reload() {
    await this.eval('document.documentElement.dataset.ready = "no"');
    await this.send('Page.reload');
    await this.ready();
  }

  async eval(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async until(expression, what) {
    const begun = Date.now();
    let problem = '';
    while (Date.now() - begun < PATIENCE) {
      // In the middle of a navigation there is nothing to be asked.
      try {
        const value = await this.eval(expression);
        if (value) return value;
      } catch (error) { problem = error.message; }
      await sleep(STEP);
    }
    const seen = await this.eval('document.body.innerText.slice(0, 1500)').catch(() => '');
    throw new Error(`waited for ${what}: ${expression} ${problem}\nthe page shows: ${seen}\nfaults: ${this.faults.join('; ')}`);
  }

  text(selector) {
    return this.eval(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`);
  }

  // Waits for a part that can be seen and used.
  there(selector) {
    const part = `document.querySelector(${JSON.stringify(selector)})`;
    return this.until(`${part} && ${part}.getClientRects().length > 0 && !${part}.disabled`, selector);
  }

  // As a person does: with the mouse, where the part is.
  async click(selector) {
    await this.there(selector);
    const { x, y } = await this.eval(`(() => {
      const part = document.querySelector(${JSON.stringify(selector)});
      part.scrollIntoView({ block: 'center', behavior: 'instant' });
      const { left, top, width, height } = part.getBoundingClientRect();
      return { x: left + Math.min(width / 2, 400), y: top + height / 2 };
    })()`);
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
    }
  }

  async fill(selector, text) {
    await this.there(selector);
    await this.eval(`(() => { const part = document.querySelector(${JSON.stringify(selector)}); part.focus(); part.select?.(); })()`);
    await this.send('Input.insertText', { text });
    const value = await this.eval(`document.querySelector(${JSON.stringify(selector)}).value`);
    assert.equal(value, text, `what was typed into ${selector}`);
  }

  async choose(selector, value) {
    await this.there(selector);
    await this.eval(`(() => { const part = document.querySelector(${JSON.stringify(selector)}); part.value = ${JSON.stringify(value)}; part.dispatchEvent(new Event('change', { bubbles: true })); })()`);
  }

  async press(key, code = key, text = key === 'Enter' ? '\r' : undefined) {
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', key, code, text, windowsVirtualKeyCode: { Enter: 13, Tab: 9, ArrowRight: 39, ArrowLeft: 37 }[key] });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code });
  }

  // What is typed goes where the keys are.
  type(text) {
    return this.send('Input.insertText', { text });
  }

  // Instead of what the field says.
  async retype(text) {
    const all = { key: 'a', code: 'KeyA', modifiers: 2, windowsVirtualKeyCode: 65 };
    await this.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', commands: ['selectAll'], ...all });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...all });
    await this.type(text);
    assert.equal(await this.eval('document.activeElement?.value'), text, 'what was typed by keys');
  }

  has(selector) {
    return this.eval(`Boolean(document.activeElement?.matches(${JSON.stringify(selector)}))`);
  }

  async tabTo(selector, most = 100) {
    await this.there(selector);
    for (let presses = 0; presses < most && !(await this.has(selector)); presses += 1) await this.press('Tab');
    assert.ok(await this.has(selector), `${selector} is reached with the tab key`);
  }

  // Waits until the page itself has moved the keys to this part.
  given(selector) {
    return this.until(`document.activeElement?.matches(${JSON.stringify(selector)})`, `the keys to be at ${selector}`);
  }

  async shot(name) {
    await this.eval('document.fonts.ready.then(() => true)');
    const height = Math.min(MORE_THAN_A_SCREEN, await this.eval('Math.ceil(document.documentElement.scrollHeight)'));
    const clip = { x: 0, y: 0, width: this.width, height, scale: 1 };
    const { data } = await this.send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true, clip });
    writeFileSync(join(this.shots, `${name}.png`), Buffer.from(data, 'base64'));
  }

  // Nothing sticks out, everything that one uses has a name, nothing failed inside, and nobody else was asked.
  async sound(origins) {
    const { scroll, inner } = await this.eval('({ scroll: document.documentElement.scrollWidth, inner: innerWidth })');
    assert.ok(scroll <= inner, `the page is ${scroll} wide on a screen of ${inner}`);
    const used = ['button', 'link', 'textbox', 'searchbox', 'combobox', 'tab', 'checkbox', 'dialog'];
    const { nodes } = await this.send('Accessibility.getFullAXTree');
    const nameless = nodes.filter((node) => !node.ignored && used.includes(node.role?.value) && !node.name?.value);
    assert.deepEqual(nameless.map((node) => node.role.value), [], 'parts without a name');
    assert.deepEqual(this.faults, [], 'faults inside the page');
    const foreign = this.asked.filter((url) => !url.startsWith('data:') && !url.startsWith('about:') && !origins.some((origin) => url.startsWith(origin)));
    assert.deepEqual(foreign, [], 'addresses of others');
  }
}
