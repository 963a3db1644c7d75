// What happened, and what did not arrive.
import { el, moment, replace, t } from './kit.js';
import { api, asInstant, field, query, say, sayWhy, why } from './console-api.js';
import { kinds } from './console-words.js';

export function eventRow(event, withUser = true) {
  const rest = [event.method, event.detail, event.client_id, event.network].filter(Boolean).join(' · ');
  return el('li', {}, el(
    'div', { class: 'item' },
    el('span', { class: 'soft' }, moment(event.at)),
    el('span', { class: 'kind' }, event.kind, withUser && event.user_id && el('small', {}, el('a', { href: `#user/${event.user_id}` }, event.user_id))),
    el('span', { class: 'rest' }, t('by', { actor: event.actor }), rest && el('small', {}, rest)),
  ));
}

export async function showEvents(view) {
  const kind = el('select', { id: 'kind' }, ['', ...kinds].map((value) => el('option', { value }, value || t('any'))));
  const user = el('input', { id: 'of-user', inputmode: 'numeric', autocomplete: 'off' });
  const from = el('input', { id: 'from', type: 'datetime-local' });
  const until = el('input', { id: 'until', type: 'datetime-local' });
  const order = el('select', { id: 'order' }, ['newest', 'forward'].map((value) => el('option', { value }, t(value))));
  const list = el('ul', { class: 'list events', id: 'events' });
  const more = el('button', { type: 'button', id: 'read-on', hidden: true }, t('more'));
  const problem = el('div', { 'aria-live': 'polite' });
  let next = '';

  async function read(isFirst) {
    const isForward = order.value === 'forward';
    const fields = { kind: kind.value, user: user.value.trim(), from: asInstant(from.value), until: asInstant(until.value), limit: 50 };
    const place = isFirst ? '' : next;
    // An empty `after` begins to read forward.
    const cursor = isForward ? `&after=${encodeURIComponent(place)}` : place && `&cursor=${encodeURIComponent(place)}`;
    const answer = await api('GET', `/admin/v1/events?${query(fields)}${cursor}`);
    if (!answer.ok) { replace(problem, why(answer)); list.hidden = isFirst; more.hidden = true; return; }
    const rows = answer.data.events.map((event) => eventRow(event));
    if (isFirst) replace(list, rows.length > 0 ? rows : el('li', { class: 'none' }, t('no_events')));
    else list.append(...rows);
    list.hidden = false;
    next = answer.data.next_cursor ?? '';
    more.hidden = !next;
    more.textContent = t(isForward ? 'read_on' : 'more');
    replace(problem, isForward && !answer.data.has_more ? el('p', { class: 'hint' }, t('at_end')) : []);
  }

  const form = el(
    'form', { class: 'search', novalidate: true },
    el('div', { class: 'filters' }, field('kind', t('kind'), kind), field('of-user', t('user_id'), user), field('from', t('from'), from), field('until', t('until_when'), until), field('order', t('order'), order)),
    el('div', { class: 'row' }, el('button', { type: 'submit', class: 'main' }, t('read'))),
  );
  form.addEventListener('submit', (event) => { event.preventDefault(); read(true); });
  more.addEventListener('click', () => read(false));
  replace(view, el('h1', {}, t('events')), form, list, problem, el('div', {}, more));
  await read(true);
}

function subscription(one, again) {
  const act = (title, path, told) => el('button', {
    type: 'button', class: 'small',
    onclick: async () => {
      const answer = await api('POST', `/admin/v1/subscriptions/${encodeURIComponent(one.id)}/${path}`);
      if (!answer.ok) { sayWhy(answer); return; }
      await again();
      say(told(answer.data));
    },
  }, title);
  const numbers = [t('waiting', { count: one.waiting }), one.oldest_at && t('oldest', { at: moment(one.oldest_at) }), t('dead', { count: one.dead_letters })];
  return el('li', {}, el(
    'div', { class: 'item' },
    el('span', {}, one.id, ' ', el('span', { class: one.state === 'active' ? 'tag good' : 'tag warn' }, t(`state_${one.state}`)), el('small', {}, numbers.filter(Boolean).join(' · '))),
    el('span', { class: 'row' }, one.state === 'ended' && act(t('resume'), 'resume', () => t('done_resume')), one.dead_letters > 0 && act(t('send_all'), 'dead-letters/send-again', ({ sent }) => t('done_sent', { count: sent }))),
  ));
}

function letter(one, again) {
  return el('li', {}, el(
    'div', { class: 'item' },
    el('span', {}, el('span', { class: 'kind' }, one.type), ' ', el('span', { class: 'tag' }, one.subscription), el('small', {}, one.problem), el('small', {}, t('attempts', { count: one.attempts, at: moment(one.given_up_at) }), one.user_id && [' · ', el('a', { href: `#user/${one.user_id}` }, one.user_id)])),
    el('button', {
      type: 'button', class: 'small', 'data-letter': one.id,
      onclick: async () => {
        const answer = await api('POST', `/admin/v1/subscriptions/${encodeURIComponent(one.subscription)}/dead-letters/${one.id}/send-again`);
        if (!answer.ok) { sayWhy(answer); return; }
        await again();
        say(t('done_sent', { count: answer.data.sent }));
      },
    }, t('send_again')),
  ));
}

export async function showLetters(view) {
  const again = () => showLetters(view);
  const [subscriptions, letters] = await Promise.all([api('GET', '/admin/v1/subscriptions'), api('GET', '/admin/v1/dead-letters?limit=50')]);
  const list = (answer, part, show, none) => {
    if (!answer.ok) return why(answer);
    const rows = answer.data[part].map((one) => show(one, again));
    return el('ul', { class: 'list letters', id: part }, rows.length > 0 ? rows : el('li', { class: 'none' }, t(none)));
  };
  replace(
    view,
    el('h1', {}, t('letters')),
    list(letters, 'dead_letters', letter, 'no_letters'),
    el('section', { class: 'stack' }, el('h2', {}, t('subscriptions')), list(subscriptions, 'subscriptions', subscription, 'no_subscriptions')),
  );
}
