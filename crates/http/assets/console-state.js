// How the service is: health, limits that were hit, and a few numbers.
import { ask, el, replace, t } from './kit.js';
import { api, why } from './console-api.js';

// The samples of a text of metrics (Prometheus' format): name, labels and value.
function samples(text) {
  return text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
    const [, name, labels, value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line) ?? [];
    return { name, value: Number(value), labels: Object.fromEntries([...(labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text])) };
  });
}

function light(title, hint, answer) {
  return el(
    'div', { class: 'sheet light' },
    el('div', { class: 'row' }, el('h2', {}, title), el('span', { class: answer.ok ? 'tag good' : 'tag wrong' }, t(answer.ok ? 'yes' : 'no'))),
    el('p', { class: 'soft' }, answer.ok ? hint : answer.data.error_description),
  );
}

function limits(all) {
  const hit = new Map();
  for (const { labels, value } of all.filter((sample) => sample.name === 'auth_limits_hit_total' && sample.value > 0)) {
    const counts = hit.get(labels.limit) ?? {};
    hit.set(labels.limit, { ...counts, [labels.effect]: value });
  }
  if (hit.size === 0) return el('p', { class: 'soft', id: 'limits' }, t('no_limits'));
  return el(
    'table', { id: 'limits' },
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, t('limit')), el('th', { scope: 'col' }, t('asked')), el('th', { scope: 'col' }, t('refused')))),
    el('tbody', {}, [...hit].map(([name, counts]) => el('tr', {}, el('td', {}, el('code', {}, name)), el('td', { class: 'number' }, String(counts.captcha ?? 0)), el('td', { class: 'number' }, String(counts.refused ?? 0))))),
  );
}

const NUMBERS = [['number_messages', 'auth_messages_queued'], ['number_pool', 'auth_database_calls_waiting'], ['number_hashes', 'auth_password_hashes_waiting']];

function numbers(all) {
  const sum = (name) => all.filter((sample) => sample.name === name).reduce((total, sample) => total + sample.value, 0);
  return el('table', {}, el('tbody', {}, NUMBERS.map(([title, name]) => el('tr', {}, el('th', { scope: 'row' }, t(title)), el('td', { class: 'number' }, String(sum(name)))))));
}

export async function showState(view) {
  const [alive, ready, metrics] = await Promise.all([ask('GET', '/healthz'), ask('GET', '/readyz'), api('GET', '/metrics')]);
  const all = metrics.ok ? samples(metrics.data.text ?? '') : [];
  const missing = () => (metrics.status === 404 ? el('p', { class: 'soft', id: 'limits' }, t('no_metrics')) : why(metrics));
  replace(
    view,
    el('h1', {}, t('state')),
    el('div', { class: 'lights' }, light(t('alive'), t('alive_hint'), alive), light(t('ready'), t('ready_hint'), ready)),
    el('section', { class: 'sheet stack' }, el('h2', {}, t('limits')), el('p', { class: 'hint' }, t('limits_hint')), metrics.ok ? limits(all) : missing()),
    metrics.ok && el('section', { class: 'sheet stack' }, el('h2', {}, t('numbers')), numbers(all)),
    el('div', {}, el('button', { type: 'button', onclick: () => showState(view) }, t('reload'))),
  );
}
