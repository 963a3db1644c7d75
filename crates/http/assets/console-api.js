// Calls with the key, and what every view shows of them.
import { ask, byId, el, listing, refusal, replace, t } from './kit.js';

// It is nowhere else.
let key = '';
let onLocked = () => {};

export const whenLocked = (run) => { onLocked = run; };
export const hasKey = () => key !== '';
export const setKey = (text) => { key = text; };
export const dropKey = () => { key = ''; };

export async function api(method, path, body) {
  const answer = await ask(method, path, { body, headers: { authorization: `Bearer ${key}` } });
  if (answer.status === 401 && key) {
    dropKey();
    onLocked(t('locked'));
  }
  return answer;
}

const scopeIn = (text) => /[a-z]+:[a-z]+/.exec(text ?? '')?.[0] ?? '';

export const keyCommand = (scopes) => `auth-server admin-keys create --name console ${scopes.map((scope) => `--scope ${scope}`).join(' ')}`;

// Why a call was refused, with the way out where there is one.
export function why(answer) {
  if (answer.status === 403) {
    const scope = scopeIn(answer.data.error_description);
    return el('div', { class: 'note warn stack', 'data-lacks': scope }, el('p', {}, t('lacks', { scope })), scope && listing(keyCommand([scope])));
  }
  return el('p', { class: 'note wrong' }, refusal(answer));
}

export function say(...content) {
  replace(byId('said'), content.length > 0 ? el('div', { class: 'note good stack' }, content) : []);
}

// Said at the next place, to which the page is about to go.
let next = [];
export const sayNext = (...content) => { next = content; };
export function sayPending() {
  say(...next);
  next = [];
}

export function sayWhy(answer) {
  replace(byId('said'), why(answer));
}

// Asks before something that cannot be taken back. With a word, it must be typed.
export async function confirmed({ title, text, act, word, grave }) {
  const dialog = byId('ask');
  const field = byId('ask-word');
  const ok = byId('ask-ok');
  byId('ask-title').textContent = title;
  byId('ask-text').textContent = text;
  byId('ask-field').hidden = !word;
  byId('ask-label').textContent = word ? t('type_word', { word }) : '';
  ok.textContent = act;
  ok.className = grave ? 'grave' : 'main';
  field.value = '';
  ok.disabled = Boolean(word);
  field.oninput = () => { ok.disabled = field.value !== word; };
  dialog.returnValue = '';
  dialog.showModal();
  (word ? field : ok).focus();
  await new Promise((resolve) => { dialog.addEventListener('close', resolve, { once: true }); });
  return dialog.returnValue === 'ok' && (!word || field.value === word);
}

// For those who drive the page: it is drawn.
export function drawn() {
  const { dataset } = document.documentElement;
  dataset.shown = String(Number(dataset.shown ?? 0) + 1);
}

export const field = (id, label, input) => el('div', { class: 'field' }, el('label', { for: id }, label), input);

// A time of the person's own zone, as the service reads it.
export const asInstant = (text) => (text ? new Date(text).toISOString() : '');

export function query(fields) {
  const given = Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined);
  return new URLSearchParams(given).toString();
}
