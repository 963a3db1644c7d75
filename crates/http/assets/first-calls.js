// The next calls, as curl and as code for the SDK.
import { el, listing, quoted, replace, t } from './kit.js';

// Tokens are long: they are cut where they are shown, and whole where they are copied.
const cut = (text) => text.replace(/(?:ey|m\.)[\w.-]{40,}/g, (token) => `${token.slice(0, 14)}…${token.slice(-6)}`);
const call = (title, text, wide) => el('div', { class: wide ? 'call wide' : 'call' }, el('h3', {}, title), listing(text, cut(text)));

export function showCurl(panel, { session, client, address }) {
  const base = location.origin;
  const posted = (path, body) => `curl -sS -H 'content-type: application/json' \\\n  -d ${quoted(JSON.stringify(body))} \\\n  ${base}${path}`;
  const access = session?.access_token ?? 'ACCESS_TOKEN';
  const refresh = session?.refresh_token ?? 'REFRESH_TOKEN';
  const signingUp = [
    call(t('curl_code'), posted('/auth/v1/verification', address)),
    call(t('curl_prove'), posted('/auth/v1/verification/verify', { verification_id: 'VERIFICATION_ID', verification_code: 'CODE' })),
    call(t('curl_sign_up'), posted('/auth/v1/signup', { ...address, verification_token: 'VERIFICATION_TOKEN' })),
  ];
  const signedIn = [
    call(t('curl_me'), `curl -sS -H 'authorization: Bearer ${access}' \\\n  ${base}/auth/v1/user/me`),
    call(t('curl_refresh'), posted('/auth/v1/token', { client_id: client, grant_type: 'refresh_token', refresh_token: refresh })),
    call(t('curl_keys'), `curl -sS ${base}/auth/v1/certs`),
    call(t('curl_out'), `curl -sS -X POST -H 'authorization: Bearer ${access}' \\\n  ${base}/auth/v1/revoke`),
  ];
  replace(
    panel,
    session ? [] : el('p', { class: 'hint' }, t('curl_hint')),
    el('div', { class: 'steps' }, session ? signedIn : [...signingUp, ...signedIn]),
  );
}

export function showSdk(panel, { client, address }) {
  const [kind, value] = address.email ? ['email', address.email] : ['phone', address.phone_number.replace(/^\+86 ?/, '')];
  const program = `import cloudbase from '@cloudbase/js-sdk';

const app = cloudbase.init({ env: '${client}' });
app.registerHost('${location.host}', '${location.protocol.replace(':', '')}');

const sent = await app.auth.signUp({ ${kind}: '${value.replaceAll("'", "\\'")}' });
if (sent.error) throw sent.error;
const code = prompt('The code:'); // on Node: ask with node:readline
const { data, error } = await sent.data.verifyOtp({ token: code });
if (error) throw error;
console.log(data.session.access_token);`;
  replace(
    panel,
    el('p', { class: 'note' }, t('sdk_hint')),
    el('div', { class: 'steps' }, call(t('sdk_install'), 'npm install @cloudbase/js-sdk', true), call(t('sdk_use'), program, true)),
    el('p', { class: 'hint' }, t('sdk_more')),
  );
}
