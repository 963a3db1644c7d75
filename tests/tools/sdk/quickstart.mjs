// The documented beginning of the hosted service, unmodified, with a publishable key: on Node, and in Chromium.
//     quickstart.mjs BASE FILE_WITH_THE_SERVER'S_OUTPUT CLIENT KEY CHROMIUM
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import * as esbuild from 'esbuild';
import { quickStart } from './program.mjs';

const [base, output, client, accessKey, chromium] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const { host } = new URL(base);
const PATIENCE = 60000;
const say = (line) => process.stdout.write(`${line}\n`);
// The SDK advises about packages that nothing here needs.
for (const name of ['log', 'info', 'warn', 'error']) console[name] = () => {};

// Each address gets one code.
async function codeFor({ phone, email }) {
  const to = email ?? `+86 ${phone}`;
  for (let tries = 0; tries < 500; tries += 1) {
    const line = readFileSync(output, 'utf8').split('\n').find((text) => text.includes(`to="${to}" code=`));
    if (line) return /code=(\d{6})/.exec(line)[1];
    await sleep(20);
  }
  throw new Error(`no code for ${to}`);
}

const addresses = (place) => [{ phone: `1390000000${place}` }, { email: `quick-${place}@example.com` }];

function judge({ user, token, before, after, credential }, address) {
  assert.equal(before, null);
  assert.equal(after, null);
  assert.equal(credential, accessKey);
  if (address.email) assert.equal(user.email, address.email);
  else assert.equal(user.phone, `+86 ${address.phone}`);
  assert.equal(user.user_metadata.hasPassword, false);
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  assert.equal(claims.client_id, client);
}

let failed = 0;
async function flow(name, run) {
  try {
    await run();
    say(`ok ${name}`);
  } catch (error) {
    failed += 1;
    say(`FAILED ${name}: ${error?.stack ?? JSON.stringify(error)}`);
  }
}

async function onNode() {
  const send = globalThis.fetch;
  const calls = [];
  globalThis.fetch = (url, options = {}) => {
    const { pathname, searchParams } = new URL(url);
    calls.push([pathname, options.headers?.Authorization ?? null, searchParams.get('client_id')]);
    return send(url, options);
  };
  const cloudbase = require('@cloudbase/js-sdk');
  for (const address of addresses(1)) {
    calls.length = 0;
    const kind = Object.keys(address)[0];
    await flow(`the quick start on Node, by ${kind}`, async () => {
      judge(await quickStart(cloudbase, { env: client, accessKey, host, address, codeFor }), address);
      const of = (path) => calls.find(([called]) => called === path).slice(1);
      // This is why there are keys: the first call names the client by nothing else.
      assert.deepEqual(of('/auth/v1/verification'), [`Bearer ${accessKey}`, null]);
      assert.deepEqual(of('/auth/v1/verification/verify'), [null, client]);
    });
  }
}

// The page of an application that was built with a bundler.
async function pageOf(program) {
  const entry = { contents: program, resolveDir: here, sourcefile: 'page.mjs' };
  const built = await esbuild.build({ stdin: entry, bundle: true, write: false, platform: 'browser', logLevel: 'error' });
  return `<!doctype html><meta charset="utf-8"><script>${built.outputFiles[0].text.replaceAll('</script', '<\\/script')}</script>`;
}

async function inChromium() {
  const results = new Map();
  const given = JSON.stringify({ env: client, accessKey, host });
  const page = await pageOf(`
    import cloudbase from '@cloudbase/js-sdk';
    import { quickStart } from './program.mjs';
    const post = (path, body) => fetch(path, { method: 'POST', body: JSON.stringify(body) });
    const codeFor = async (address) => (await post('/code', address)).text();
    async function run(address) {
      const kind = Object.keys(address)[0];
      const done = quickStart(cloudbase, { ...${given}, address, codeFor });
      await post('/result', await done.then((done) => ({ kind, done }), (error) => ({ kind, failed: String(error?.stack ?? error) })));
    }
    const [first, second] = ${JSON.stringify(addresses(2))};
    run(first).then(() => run(second));
  `);
  let told;
  const all = new Promise((resolve) => { told = resolve; });
  const application = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.url === '/code') {
      response.end(await codeFor(JSON.parse(body)));
    } else if (request.url === '/result') {
      const result = JSON.parse(body);
      results.set(result.kind, result);
      if (results.size === addresses(2).length) told();
      response.end();
    } else {
      response.setHeader('content-type', 'text/html');
      response.end(request.url === '/' ? page : '');
    }
  });
  await new Promise((resolve) => application.listen(0, '127.0.0.1', resolve));
  const profile = join(here, 'profile');
  const browser = spawn(chromium, [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
    '--disable-background-networking', `--user-data-dir=${profile}`,
    `http://127.0.0.1:${application.address().port}/`,
  ], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  browser.stderr.on('data', (chunk) => { complaints += chunk; });
  const ended = new Promise((resolve) => browser.on('close', resolve).on('error', resolve));
  await Promise.race([all, ended, sleep(PATIENCE, undefined, { ref: false })]);
  browser.kill();
  await ended;
  rmSync(profile, { recursive: true, force: true });
  application.close();
  for (const address of addresses(2)) {
    const kind = Object.keys(address)[0];
    await flow(`the quick start in Chromium, by ${kind}`, async () => {
      const result = results.get(kind);
      assert.ok(result, `the page told nothing; Chromium: ${complaints.slice(-2000)}`);
      assert.ok(result.done, result.failed);
      judge(result.done, address);
    });
  }
}

await onNode();
await inChromium();
process.exit(failed === 0 ? 0 : 1);
