// A call of an operation: its form, and what came back.
import { el, listing, quoted, replace, t } from './kit.js';

// What the person pasted. It stays in the memory of the page.
export const credentials = { bearer: '', admin_key: '', client: '' };

const schemes = (operation) => (operation.security ?? []).flatMap((one) => Object.keys(one));

function authorization(operation) {
  const wanted = schemes(operation);
  if (wanted.includes('admin_key') && credentials.admin_key) return `Bearer ${credentials.admin_key}`;
  if (wanted.includes('bearer') && credentials.bearer) return `Bearer ${credentials.bearer}`;
  if (wanted.includes('client') && credentials.client) return `Basic ${btoa(credentials.client)}`;
  return undefined;
}

function asCurl(method, url, headers, body) {
  const parts = [`curl -sS -X ${method.toUpperCase()}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`-d ${quoted(body)}`);
  return [...parts, quoted(new URL(url, location.href).href)].join(' \\\n  ');
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

// The form of a call. `example` is the body that it begins with; there is none where there is no body.
export function tryIt({ method, path, operation, parameters, example }) {
  const named = parameters.map((parameter, place) => ({
    parameter, id: `${operation.operationId}-${place}`, field: el('input', { id: `${operation.operationId}-${place}`, autocomplete: 'off', spellcheck: 'false' }),
  }));
  const body = example === undefined ? undefined : el('textarea', { id: `${operation.operationId}-body`, spellcheck: 'false', value: example });
  const outcome = el('div', { class: 'stack', 'aria-live': 'polite' });
  const send = el('button', { type: 'submit', class: 'main' }, t('send'));

  async function run() {
    const headers = {};
    const query = new URLSearchParams();
    let url = path;
    for (const { parameter, field } of named) {
      const value = field.value;
      if (parameter.in === 'path') url = url.replace(`{${parameter.name}}`, encodeURIComponent(value));
      else if (value !== '' && parameter.in === 'query') query.append(parameter.name, value);
      else if (value !== '' && parameter.in === 'header') headers[parameter.name] = value;
    }
    if ([...query].length > 0) url += `?${query}`;
    const credential = authorization(operation);
    if (credential) headers.authorization = credential;
    if (body) headers['content-type'] = 'application/json';
    const sent = body?.value;
    const shown = listing(asCurl(method, url, headers, sent));
    try {
      const answer = await fetch(url, { method: method.toUpperCase(), headers, body: sent, credentials: 'omit', redirect: 'manual' });
      const text = pretty(await answer.text());
      replace(
        outcome, shown,
        el('p', {}, el('span', { class: answer.ok ? 'tag good' : 'tag wrong', 'data-status': answer.status }, `${answer.status}`), ' ', el('span', { class: 'soft' }, answer.headers.get('x-request-id') ?? '')),
        text && el('pre', { class: 'code', tabindex: '0' }, text),
      );
    } catch {
      replace(outcome, shown, el('p', { class: 'note wrong' }, t('unreachable')));
    }
  }

  const form = el(
    'form', { class: 'try', novalidate: true },
    el('h4', {}, t('try')),
    named.length > 0 && el('div', { class: 'inputs' }, named.map(({ parameter, id, field }) => el('div', { class: 'field' }, el('label', { for: id }, parameter.name), field))),
    body && el('div', { class: 'field' }, el('label', { for: body.id }, t('body')), body),
    el('div', { class: 'row' }, send),
    outcome,
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    send.disabled = true;
    await run();
    send.disabled = false;
  });
  return form;
}
