// Searching users.
import { byId, el, moment, replace, t } from './kit.js';
import { api, asInstant, drawn, field, query, why } from './console-api.js';

// What was searched for, so that the way back leads there.
const sought = { starts_with: '', status: '', created_from: '', created_until: '' };

export const nameOf = (user) => user.nickname || user.username || user.email || user.phone_number || user.id;

export const statusTag = (status) => el('span', { class: status === 'ACTIVE' ? 'tag good' : 'tag wrong', 'data-status': status }, t(status === 'ACTIVE' ? 'active' : 'blocked'));

function row(user) {
  const names = user.identifiers.map((one) => one.value).join(' · ') || t('no_name');
  return el('li', {}, el(
    'a', { class: 'item', href: `#user/${user.id}`, 'data-user': user.id },
    el('span', { class: 'who' }, nameOf(user), el('small', {}, user.id)),
    el('span', { class: 'names' }, names, el('small', {}, moment(user.created_at))),
    statusTag(user.status),
  ));
}

export async function showUsers(view) {
  const begins = el('input', { id: 'begins', type: 'search', value: sought.starts_with, placeholder: t('begins_hint'), 'aria-label': t('begins_hint'), autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none' });
  const status = el('select', { id: 'status' }, ['', 'ACTIVE', 'BLOCKED'].map((value) => el('option', { value, selected: value === sought.status }, t(value === '' ? 'any' : value === 'ACTIVE' ? 'active' : 'blocked'))));
  const from = el('input', { id: 'created-from', type: 'datetime-local', value: sought.created_from });
  const until = el('input', { id: 'created-until', type: 'datetime-local', value: sought.created_until });
  const list = el('ul', { class: 'list users', id: 'users' });
  const more = el('button', { type: 'button', hidden: true }, t('more'));
  const problem = el('div', {});
  let cursor = '';

  async function read(isFirst) {
    const { created_from, created_until, ...rest } = sought;
    const answer = await api('GET', `/admin/v1/users?${query({ ...rest, created_from: asInstant(created_from), created_until: asInstant(created_until), limit: 20, cursor: isFirst ? '' : cursor })}`);
    replace(problem, answer.ok ? [] : why(answer));
    if (!answer.ok) { list.hidden = true; more.hidden = true; return; }
    const rows = answer.data.users.map(row);
    if (isFirst) replace(list, rows.length > 0 || answer.data.next_cursor ? rows : el('li', { class: 'none' }, t('no_users')));
    else list.append(...rows);
    list.hidden = false;
    cursor = answer.data.next_cursor ?? '';
    more.hidden = !cursor;
  }

  const isFiltered = sought.status || sought.created_from || sought.created_until;
  const form = el(
    'form', { class: 'search', role: 'search', novalidate: true },
    el('div', { class: 'line' }, begins, el('button', { type: 'submit', class: 'main' }, t('search'))),
    el('details', { open: Boolean(isFiltered) }, el('summary', {}, t('filters')), el('div', { class: 'filters' }, field('status', t('status'), status), field('created-from', t('created_from'), from), field('created-until', t('created_until'), until))),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    Object.assign(sought, { starts_with: begins.value.trim(), status: status.value, created_from: from.value, created_until: until.value });
    await read(true);
    drawn();
  });
  more.addEventListener('click', () => read(false));
  replace(view, el('h1', {}, t('users')), form, problem, list, el('div', {}, more));
  await read(true);
  byId('begins').focus();
}
