// The first page: somebody signs up, and sees what happened.
import { ask, begin, byId, copyButton, el, isKnown, listing, moment, refusal, replace, t, tabs, timeOf } from './kit.js';
import { showCurl, showSdk } from './first-calls.js';
import { passGate } from './first-gate.js';
import { words } from './first-words.js';

const EXAMPLES = { phone_number: () => `+86 139${digits(8)}`, email: () => `ann-${digits(4)}@example.com` };
const digits = (count) => Array.from(crypto.getRandomValues(new Uint8Array(count)), (byte) => byte % 10).join('');

// What belongs to this tab: a session, and the flow to a third party.
const tab = {
  get: (name) => JSON.parse(sessionStorage.getItem(name) ?? 'null'),
  set: (name, value) => sessionStorage.setItem(name, JSON.stringify(value)),
  drop: (name) => sessionStorage.removeItem(name),
};
if (!localStorage.getItem('page_device')) localStorage.setItem('page_device', `page-${digits(24)}`);
const device = localStorage.getItem('page_device');

const state = {
  service: { providers: [], client: 'default', admin_port: 0 },
  way: 'phone_number',
  asked: null,
  session: tab.get('page_session'),
  greeting: 'signed_in',
  account: null,
  messages: null,
};

// Calls the service, and passes the bot gate where it asks.
async function call(method, path, body, token) {
  const headers = { 'x-device-id': device, ...(token ? { authorization: `Bearer ${token}` } : {}) };
  let answer = await ask(method, path, { body, headers });
  while (['captcha_required', 'captcha_invalid'].includes(answer.data.error)) {
    const pass = await passGate(headers);
    if (!pass) return answer;
    const separator = path.includes('?') ? '&' : '?';
    answer = await ask(method, `${path}${separator}captcha_token=${encodeURIComponent(pass)}`, { body, headers });
  }
  return answer;
}

function complain(text, kind = 'wrong') {
  const problem = byId('problem');
  problem.className = `note ${kind}`;
  problem.textContent = text ?? '';
  problem.hidden = !text;
}

async function busy(form, work) {
  const button = form.querySelector('[type="submit"]');
  button.disabled = true;
  complain();
  try { await work(); } finally { button.disabled = false; }
}

function chooseWay(way) {
  state.way = way;
  complain();
  if (way === 'party') return;
  state.asked = null;
  byId('address').value = '';
  drawAddress();
}

const address = () => ({ [state.way === 'party' ? 'phone_number' : state.way]: state.asked?.to || byId('address').value.trim() || (state.way === 'email' ? 'ann@example.com' : '+86 13900000000') });

function drawAddress() {
  const asked = state.asked;
  const field = byId('address');
  byId('address-label').textContent = t(state.way === 'email' ? 'email' : 'phone_number');
  field.type = state.way === 'email' ? 'email' : 'tel';
  field.placeholder = state.way === 'email' ? 'ann@example.com' : '+86 139 0000 0000';
  byId('ask').hidden = Boolean(asked);
  byId('prove').hidden = !asked;
  if (asked) {
    byId('sent').textContent = t(asked.known ? 'sent_known' : 'sent', { to: asked.to, minutes: Math.round(asked.expires_in / 60) });
    byId('finish').textContent = t(asked.known ? 'finish_known' : 'finish');
    byId('more').hidden = asked.known;
  }
  drawCalls();
}

async function sendCode() {
  const to = byId('address').value.trim();
  if (!to) { byId('address').focus(); complain(t('need_address')); return; }
  const answer = await call('POST', '/auth/v1/verification', { [state.way]: to, target: 'ANY' });
  if (!answer.ok) { complain(refusal(answer)); byId('address').focus(); return; }
  const { verification_id: id, is_user: known, expires_in } = answer.data;
  state.asked = { id, to, known, expires_in };
  drawAddress();
  byId('code').value = '';
  byId('code').focus();
  readMessages(8);
}

async function finish() {
  const code = byId('code').value;
  if (!code.trim()) { byId('code').focus(); complain(t('need_code')); return; }
  const { id, to, known } = state.asked;
  const proved = await call('POST', '/auth/v1/verification/verify', { verification_id: id, verification_code: code });
  if (!proved.ok) {
    complain(proved.data.error === 'invalid_argument' ? `${t('wrong_code')} ${refusal(proved)}` : refusal(proved));
    byId('code').select();
    return;
  }
  const proof = { verification_token: proved.data.verification_token };
  const chosen = { username: byId('username').value || undefined, password: byId('password').value || undefined };
  const ended = known
    ? await call('POST', '/auth/v1/signin', proof)
    : await call('POST', '/auth/v1/signup', { [state.way]: to, ...proof, ...chosen });
  if (!ended.ok) { complain(refusal(ended)); return; }
  signedIn(ended.data, known ? 'signed_in' : 'signed_up');
}

async function signedIn(session, greeting) {
  Object.assign(state, { session, greeting, asked: null, account: null });
  tab.set('page_session', session);
  for (const name of ['address', 'code', 'username', 'password']) byId(name).value = '';
  drawAddress();
  await readAccount();
  byId('session-title').focus();
  readMessages(2);
}

// An access token that is old or was ended is refreshed once.
async function readAccount() {
  if (!state.session) return;
  let answer = await call('GET', '/auth/v1/user/me', undefined, state.session.access_token);
  if (answer.status === 401) {
    const body = { client_id: state.service.client, grant_type: 'refresh_token', refresh_token: state.session.refresh_token };
    const fresh = await call('POST', '/auth/v1/token', body);
    if (fresh.ok) {
      state.session = fresh.data;
      tab.set('page_session', fresh.data);
      answer = await call('GET', '/auth/v1/user/me', undefined, fresh.data.access_token);
    }
  }
  if (answer.status === 401 || answer.data.error === 'invalid_grant') forget();
  state.account = answer.ok ? answer.data : null;
  drawSession();
}

function forget() {
  Object.assign(state, { session: null, account: null });
  tab.drop('page_session');
}

async function signOut() {
  const answer = await call('POST', '/auth/v1/revoke', {}, state.session.access_token);
  if (!answer.ok) { complain(refusal(answer)); return; }
  forget();
  drawSession();
  byId('sent').textContent = '';
  complain(t('signed_out'), 'good');
  byId('address').focus();
}

const decoded = (part) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))));

function claim([name, value]) {
  const at = ['exp', 'iat', 'nbf'].includes(name) ? moment(value * 1000) : '';
  const meaning = isKnown(`claim_${name}`) ? t(`claim_${name}`, { at }) : '';
  return el('div', {}, el('dt', {}, name), el('dd', {}, el('code', {}, typeof value === 'string' ? value : JSON.stringify(value)), el('span', {}, meaning)));
}

function drawSession() {
  const { session, account, greeting } = state;
  byId('session').hidden = !session;
  drawCalls();
  if (!session) return;
  byId('session-title').textContent = t(greeting);
  byId('session-hint').textContent = t('session_hint');
  const [header, payload] = session.access_token.split('.').slice(0, 2).map(decoded);
  replace(byId('claims'), Object.entries(payload).map(claim), Object.entries(header).map(claim));
  replace(byId('raw'), listing(session.access_token));
  replace(byId('account'), account ? listing(JSON.stringify(account, null, 2)) : []);
}

function drawCalls() {
  const given = { session: state.session, client: state.service.client, address: address() };
  showCurl(byId('with-curl'), given);
  showSdk(byId('with-sdk'), given);
}

// Third parties: the browser goes there and comes back to this page with a code.
const redirect = `${location.origin}/`;

async function goTo(party) {
  complain();
  const flow = `page-${digits(16)}`;
  const query = new URLSearchParams({ provider_id: party, redirect_uri: redirect, state: flow });
  const answer = await call('GET', `/auth/v1/provider/uri?${query}`);
  if (!answer.ok) {
    complain(`${refusal(answer)} ${t('party_hint', { address: redirect, id: party.toUpperCase() })}`);
    return;
  }
  tab.set('page_flow', { party, flow });
  location.assign(answer.data.uri);
}

async function comeBack() {
  const query = new URLSearchParams(location.search);
  const kept = tab.get('page_flow');
  if (!kept || query.get('state') !== kept.flow) return;
  tab.drop('page_flow');
  history.replaceState(null, '', '/');
  const { party } = kept;
  if (!query.get('code')) {
    complain(t('party_failed', { party, reason: query.get('error_description') ?? query.get('error') ?? '' }));
    return;
  }
  const body = { provider_id: party, provider_code: query.get('code'), provider_redirect_uri: redirect };
  const exchanged = await call('POST', '/auth/v1/provider/token', body);
  if (!exchanged.ok) { complain(refusal(exchanged)); return; }
  const proof = { provider_token: exchanged.data.provider_token };
  let ended = await call('POST', '/auth/v1/signup', proof);
  let greeting = 'signed_up';
  if (ended.data.error === 'failed_precondition') {
    ended = await call('POST', '/auth/v1/signin/with/provider', proof);
    greeting = 'signed_in';
  }
  if (!ended.ok) { complain(refusal(ended)); return; }
  await signedIn(ended.data, greeting);
}

function drawParties() {
  const { providers } = state.service;
  const sample = `AUTH__PROVIDERS__GITHUB__KIND=github\nAUTH__PROVIDERS__GITHUB__CLIENT_ID=…\nAUTH__PROVIDERS__GITHUB__CLIENT_SECRET=…\nAUTH__PROVIDERS__GITHUB__REDIRECT_URIS=${redirect}`;
  replace(byId('by-party'), providers.length === 0
    ? [el('p', {}, t('no_party')), listing(sample)]
    : providers.map((party) => el('button', { type: 'button', 'data-party': party, onclick: () => goTo(party) }, t('go_with', { party }))));
}

function message(one) {
  const code = one.code && el('span', { class: 'digits' }, one.code);
  const use = one.code && state.asked && el('button', {
    type: 'button', class: 'small', onclick: () => { byId('code').value = one.code; byId('code').focus(); },
  }, t('take_code'));
  return el(
    'li', { 'data-number': one.number },
    el('div', { class: 'meta' }, el('span', {}, one.to), el('time', { datetime: one.at }, timeOf(one.at))),
    el('div', { class: 'said' }, code || el('span', {}, t('notice', { kind: one.notice })), use || copyButton(one.code ?? one.notice)),
  );
}

function drawMessages() {
  const { messages } = state;
  const none = (text) => el('li', { class: 'none' }, text);
  if (messages === null) replace(byId('messages'), none(t('messages_refused')));
  else replace(byId('messages'), messages.length === 0 ? none(t('no_messages')) : messages.map(message));
}

// Looks for messages now, and again some seconds while one is on its way.
let looks = 0;
async function readMessages(times) {
  const mine = (looks += 1);
  for (let left = times; left > 0 && mine === looks; left -= 1) {
    const answer = await ask('GET', '/local/messages');
    const newest = answer.ok ? answer.data.messages[0]?.number : undefined;
    const had = state.messages?.[0]?.number;
    state.messages = answer.ok ? answer.data.messages : null;
    drawMessages();
    if (newest !== had) return;
    await new Promise((resolve) => { setTimeout(resolve, 400); });
  }
}

function drawAdmin() {
  const admin = `${location.protocol}//${location.hostname}:${state.service.admin_port}`;
  byId('admin-docs').href = `${admin}/docs/`;
  byId('admin-console').href = `${admin}/console/`;
}

function draw() {
  drawAddress();
  drawParties();
  drawMessages();
  drawSession();
  drawAdmin();
}

begin(words, draw);
const select = tabs(byId('ways'), (chosen) => chooseWay(chosen.dataset.way));
tabs(byId('languages'))(byId('calls-curl'));
select(byId('way-phone'));
byId('ask').addEventListener('submit', (event) => { event.preventDefault(); busy(event.target, sendCode); });
byId('prove').addEventListener('submit', (event) => { event.preventDefault(); busy(event.target, finish); });
byId('example').addEventListener('click', () => { byId('address').value = EXAMPLES[state.way](); byId('address').focus(); });
byId('again').addEventListener('click', () => { state.asked = null; complain(); drawAddress(); byId('address').focus(); });
byId('sign-out').addEventListener('click', signOut);

const told = await ask('GET', '/local/service');
if (told.ok) state.service = told.data;
draw();
await readMessages(1);
await comeBack();
await readAccount();
document.documentElement.dataset.ready = 'yes';
