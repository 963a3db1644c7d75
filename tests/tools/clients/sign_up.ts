// Signs somebody up by e-mail, and finds the account as an operator, with clients whose types were generated.
//     sign_up.js BASE FILE_WITH_THE_SERVER'S_OUTPUT ADMIN_BASE ADMIN_KEY
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import createClient from 'openapi-fetch';
import type { paths as AdminPaths } from './admin.js';
import type { components, paths } from './auth.js';

type ErrorBody = components['schemas']['ErrorBody'];

const [baseUrl = '', output = '', adminUrl = '', adminKey = ''] = process.argv.slice(2);
const email = 'typescript@example';
const device = { 'x-device-id': '0f1e2d3c4b5a69788796a5b4c3d2e1f0' };

/** The answer's body, which must not be an error. */
function expect<T>(answer: { data?: T; error?: ErrorBody }): T {
  assert.equal(answer.error, undefined);
  assert.ok(answer.data !== undefined);
  return answer.data;
}

/** The code that the server has printed for the address. */
async function codeFor(address: string): Promise<string> {
  for (let tries = 0; tries < 500; tries += 1) {
    const found = new RegExp(`to="${address}" code=(\\d{6})`).exec(readFileSync(output, 'utf8'));
    if (found?.[1]) return found[1];
    await sleep(20);
  }
  throw new Error(`no code for ${address}`);
}

const anybody = createClient<paths>({ baseUrl });
const sent = expect(await anybody.POST('/auth/v1/verification', { body: { email } }));
const code = await codeFor(email);

const verify = (verification_code: string) =>
  anybody.POST('/auth/v1/verification/verify', {
    body: { verification_id: sent.verification_id, verification_code },
  });
const refused = await verify(String((Number(code) + 1) % 1000000).padStart(6, '0'));
assert.equal(refused.response.status, 400);
assert.equal(refused.error?.error, 'invalid_argument');

const { verification_token } = expect(await verify(code));
const form = { email, verification_token, name: 'Ann', password: 'DemoPass123!@#' };
const tokens = expect(await anybody.POST('/auth/v1/signup', { params: { header: device }, body: form }));

const user = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${tokens.access_token}` } });
const me = expect(await user.GET('/auth/v1/user/me'));
assert.deepEqual([me.sub, me.email, me.name, me.has_password], [tokens.sub, email, 'Ann', true]);
const sessions = expect(await user.GET('/auth/v1/user/sessions'));
assert.deepEqual(sessions.data.map((session) => [session.current, Boolean(session.device_id)]), [[true, true]]);
const grant = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
const refreshed = expect(await anybody.POST('/auth/v1/token', { body: grant }));
assert.ok('refresh_token' in refreshed && refreshed.sub === tokens.sub);

const operator = createClient<AdminPaths>({ baseUrl: adminUrl, headers: { authorization: `Bearer ${adminKey}` } });
const found = expect(await operator.GET('/admin/v1/users', { params: { query: { email } } }));
assert.deepEqual(found.users.map(({ id }) => id), [tokens.sub]);

console.log(`typescript: ${email} is ${tokens.sub}`);
