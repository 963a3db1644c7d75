// One user, and what may be done.
import { copyButton, el, moment, replace, t } from './kit.js';
import { api, confirmed, field, say, sayNext, sayWhy, why } from './console-api.js';
import { eventRow } from './console-events.js';
import { nameOf, statusTag } from './console-users.js';

const facts = (all) => el('dl', { class: 'facts' }, all.filter(([, value]) => value).map(([name, ...value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));

const kindName = (kind) => (t(kind) === kind ? kind : t(kind));

const sheet = (title, ...content) => el('section', { class: 'sheet stack' }, el('h2', {}, title), content);

function identifiers(user) {
  const rows = user.identifiers.map((one) => [kindName(one.kind), one.value, ' ', one.kind !== 'username' && el('span', { class: one.verified_at ? 'tag good' : 'tag' }, one.verified_at ? t('proven', { at: moment(one.verified_at) }) : t('unproven'))]);
  return rows.length > 0 ? facts(rows) : el('p', { class: 'soft' }, t('none'));
}

function account(user) {
  return facts([
    [t('id'), el('code', {}, user.id)], [t('created'), moment(user.created_at)], [t('changed'), moment(user.updated_at)],
    [t('last_sign_in'), user.last_sign_in_at ? moment(user.last_sign_in_at) : t('never')],
    [t('password'), user.has_password ? t('password_set', { at: user.password_updated_at ? moment(user.password_updated_at) : '' }) : t('no_password')],
    ...PROFILE.map((name) => [t(name), user[name]]),
    ...user.identities.map((one) => [one.provider_id, one.name ?? '', ' ', el('code', {}, one.subject)]),
  ]);
}

const PROFILE = ['nickname', 'gender', 'locale', 'picture', 'description'];
const PARTS = ['username', 'email', 'phone_number', ...PROFILE];

function editing(user, again) {
  const inputs = PARTS.map((name) => [name, el('input', { id: `edit-${name}`, placeholder: user[name] ?? '', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none' })]);
  const boxes = PROFILE.filter((name) => user[name]).map((name) => [name, el('input', { id: `clear-${name}`, type: 'checkbox' })]);
  const form = el(
    'form', { class: 'stack', novalidate: true },
    el('p', { class: 'hint' }, t('edit_hint')),
    el('div', { class: 'edit' }, inputs.map(([name, input]) => field(input.id, t(name), input))),
    boxes.length > 0 && el('div', { class: 'row', role: 'group', 'aria-label': t('clear') }, el('span', { class: 'soft' }, t('clear')), boxes.map(([name, box]) => el('label', { class: 'row' }, box, t(name)))),
    el('div', { class: 'row' }, el('button', { type: 'submit', class: 'main', id: 'save' }, t('save'))),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const body = Object.fromEntries(inputs.map(([name, input]) => [name, input.value.trim()]).filter(([, value]) => value !== ''));
    const clear = boxes.filter(([, box]) => box.checked).map(([name]) => name);
    if (clear.length > 0) body.clear = clear;
    const answer = await api('PATCH', `/admin/v1/users/${user.id}`, body);
    if (!answer.ok) { sayWhy(answer); return; }
    await again();
    say(t('done_edit'));
  });
  return el('details', { class: 'sheet', id: 'edit' }, el('summary', {}, t('edit')), form);
}

function acts(user, again) {
  const who = nameOf(user);
  const path = `/admin/v1/users/${user.id}`;
  const act = (id, title, kind, ask, call, told, then = again) => el('button', {
    type: 'button', id, class: kind,
    onclick: async () => {
      if (ask && !(await confirmed({ act: title, ...ask }))) return;
      const answer = await call();
      if (!answer.ok) { sayWhy(answer); return; }
      await then();
      told(answer);
    },
  }, title);
  const isBlocked = user.status === 'BLOCKED';
  return el(
    'div', { class: 'acts' },
    isBlocked
      ? act('unblock', t('unblock'), '', null, () => api('POST', `${path}/unblock`), () => say(t('done_unblock')))
      : act('block', t('block'), '', { title: t('block_ask', { who }), text: t('block_text') }, () => api('POST', `${path}/block`), () => say(t('done_block'))),
    act('end-sessions', t('end_sessions'), '', { title: t('end_ask', { who }), text: t('end_text') }, () => api('DELETE', `${path}/sessions`), ({ data }) => say(t('done_end', { count: data.ended }))),
    act('one-time', t('one_time'), '', { title: t('one_time_ask', { who }), text: t('one_time_text') }, () => api('POST', `${path}/password`, {}), ({ data }) => say(
      el('p', {}, t('done_one_time')),
      el('div', { class: 'row' }, el('code', { class: 'secret', id: 'secret' }, data.initial_password), copyButton(data.initial_password)),
    )),
    act('delete', t('delete'), 'grave', { title: t('delete_ask', { who }), text: t('delete_text'), word: user.username ?? user.id, grave: true }, () => api('DELETE', path), () => {
      sayNext(t('done_delete', { who }));
      location.hash = '#users';
    }, () => {}),
  );
}

function session(one) {
  return el('li', {}, el(
    'div', { class: 'item' },
    el('span', {}, t('session_of', { method: one.method, client: one.client_id }), el('small', {}, [one.network, one.user_agent].filter(Boolean).join(' · '))),
    el('span', { class: 'soft' }, t('since', { at: moment(one.created_at) })),
  ));
}

async function readList(path, part, show) {
  const answer = await api('GET', path);
  if (!answer.ok) return why(answer);
  const rows = answer.data[part].map(show);
  return el('ul', { class: `list ${part}` }, rows.length > 0 ? rows : el('li', { class: 'none' }, t('none')));
}

export async function showUser(view, id) {
  const path = `/admin/v1/users/${encodeURIComponent(id)}`;
  const found = await api('GET', path);
  const back = el('a', { href: '#users' }, `← ${t('users')}`);
  if (!found.ok) { replace(view, el('p', {}, back), why(found)); return; }
  const user = found.data;
  const again = () => showUser(view, id);
  const [sessions, events] = await Promise.all([
    readList(`${path}/sessions`, 'sessions', session),
    readList(`/admin/v1/events?user=${encodeURIComponent(id)}&limit=20`, 'events', (event) => eventRow(event, false)),
  ]);
  replace(
    view,
    el('p', {}, back),
    el('div', { class: 'person' }, el('div', { class: 'row' }, el('h1', { id: 'person' }, nameOf(user)), statusTag(user.status)), acts(user, again)),
    el('div', { class: 'columns' }, sheet(t('identifiers'), identifiers(user)), sheet(t('profile'), account(user))),
    editing(user, again),
    el('section', { class: 'stack' }, el('h2', {}, t('sessions')), sessions),
    el('section', { class: 'stack' }, el('h2', {}, t('events')), events),
  );
}
