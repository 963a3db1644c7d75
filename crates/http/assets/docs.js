// The documentation, made of the OpenAPI document of this listener.
import { ask, begin, byId, el, listing, languageTag, replace, t } from './kit.js';
import { credentials, tryIt } from './docs-try.js';
import { titles, words } from './docs-words.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
let page;

// Texts of the document have `code` in them, and nothing else is read.
const prose = (text = '') => text.split('`').map((part, place) => (place % 2 ? el('code', {}, part) : part));

// Paragraphs have an empty line between them.
const paragraphs = (text) => text.split(/\n\s*\n/).map((one) => el('p', { lang: 'en' }, prose(one.replaceAll('\n', ' '))));

const nameOf = (reference) => reference.slice(reference.lastIndexOf('/') + 1);

function operationsOf(described) {
  const all = Object.entries(described.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => ({ method, path, operation: item[method] })));
  const tags = (described.tags ?? []).map((tag) => ({ ...tag, all: all.filter(({ operation }) => operation.tags?.[0] === tag.name) }));
  return tags.filter((tag) => tag.all.length > 0);
}

// The first sentence of the summary.
const titleOf = ({ operationId, summary }) => (languageTag() === 'zh' && titles[operationId]) || (summary ?? operationId).split('. ')[0].replaceAll('`', '').replace(/\.$/, '');
const tagOf = (name) => (t(`tag_${name}`) === `tag_${name}` ? name : t(`tag_${name}`));

// One word or two for a schema.
function typeOf(schema = {}) {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.oneOf || schema.anyOf || schema.allOf) {
    return [...new Set((schema.oneOf ?? schema.anyOf ?? schema.allOf).map(typeOf))].filter((name) => name !== 'null').join(' | ');
  }
  const types = [schema.type].flat().filter((name) => name && name !== 'null');
  if (types.includes('array')) return `${typeOf(schema.items)}[]`;
  return types.join(' | ') || 'any';
}

const referenced = (schema = {}) => schema.$ref ?? referencedIn([schema.items, ...(schema.oneOf ?? schema.anyOf ?? schema.allOf ?? [])]);
const referencedIn = (schemas) => schemas.filter(Boolean).map((schema) => referenced(schema)).find(Boolean);

function fieldsOf(schema, depth = 0) {
  const properties = Object.entries(schema?.properties ?? {});
  if (properties.length === 0) {
    const others = schema?.oneOf ?? schema?.anyOf ?? schema?.allOf;
    if (others) return el('div', { class: 'answers' }, others.map((other) => modelIn(other, depth) ?? el('p', { class: 'hint' }, typeOf(other))));
    return el('p', { class: 'hint' }, typeOf(schema));
  }
  return el('dl', { class: 'fields' }, properties.map(([name, property]) => el(
    'div', {},
    el('dt', {}, name, schema.required?.includes(name) && el('span', { class: 'must', title: t('required') }, ' *'), el('small', {}, typeOf(property))),
    el('dd', {}, el('span', { lang: 'en' }, prose(property.description)), modelIn(property, depth + 1)),
  )));
}

// The model that a schema refers to, folded.
function modelIn(schema, depth) {
  const reference = referenced(schema);
  const model = reference && page.components.schemas[nameOf(reference)];
  if (!model || depth > 4) return undefined;
  return lazily(el('details', {}, el('summary', {}, nameOf(reference))), () => fieldsOf(model, depth));
}

// Fills a `details` when it is opened first.
function lazily(details, content) {
  let filled = false;
  details.addEventListener('toggle', () => {
    if (filled || !details.open) return;
    filled = true;
    details.append(content());
  });
  return details;
}

function contentOf(given) {
  const [media] = Object.entries(given?.content ?? {});
  return media?.[1];
}

const parametersOf = (operation) => (operation.parameters ?? []).map((one) => (one.$ref ? page.components.parameters[nameOf(one.$ref)] : one));

const resolved = (schema) => (schema?.$ref ? page.components.schemas[nameOf(schema.$ref)] : schema);

function exampleOf(media) {
  if (!media) return undefined;
  const [first] = Object.values(media.examples ?? {});
  const example = media.example ?? first?.value ?? resolved(media.schema)?.example ?? {};
  return typeof example === 'string' ? example : JSON.stringify(example, null, 2);
}

function partsOf({ method, path, operation }) {
  const media = contentOf(operation.requestBody);
  const parameters = parametersOf(operation);
  const needed = (operation.security ?? []).flatMap((one) => Object.entries(one));
  return el(
    'div', { class: 'inside' },
    operation.description && paragraphs(operation.description),
    needed.length > 0 && el('p', { class: 'hint' }, t('needs'), ' ', needed.map(([name, scopes]) => el('span', { class: 'tag' }, [tagOfScheme(name), ...scopes].join(' ')))),
    parameters.length > 0 && el('div', {}, el('h4', {}, t('parameters')), el('dl', { class: 'fields' }, parameters.map((parameter) => el(
      'div', {},
      el('dt', {}, parameter.name, parameter.required && el('span', { class: 'must', title: t('required') }, ' *'), el('small', {}, `${parameter.in}, ${typeOf(parameter.schema)}`)),
      el('dd', { lang: 'en' }, prose(parameter.description)),
    )))),
    media && el('div', {}, el('h4', {}, t('body')), fieldsOf(resolved(media.schema))),
    el('div', {}, el('h4', {}, t('answers')), el('div', { class: 'answers' }, Object.entries(operation.responses).sort().map(([status, response]) => {
      const answer = contentOf(response);
      const details = el('details', {}, el('summary', {}, el('b', {}, status), el('span', { lang: 'en' }, prose(response.description))));
      return lazily(details, () => el('div', { class: 'stack' }, answer ? [el('p', { class: 'hint' }, typeOf(answer.schema)), fieldsOf(resolved(answer.schema)), listing(exampleOf(answer))] : el('p', { class: 'hint' }, t('no_body'))));
    }))),
    tryIt({ method, path, operation, parameters, example: exampleOf(media) }),
  );
}

const tagOfScheme = (name) => t(`scheme_${name}`);

function drawOperations(groups) {
  replace(byId('operations'), groups.map((tag) => el(
    'section', { class: 'group', 'aria-labelledby': `tag-${slug(tag.name)}` },
    el('h2', { id: `tag-${slug(tag.name)}` }, tagOf(tag.name)),
    el('p', { class: 'soft' }, languageTag() === 'en' && tag.description),
    tag.all.map((one) => lazily(
      el(
        'details', { class: 'op', id: one.operation.operationId },
        el('summary', {}, el('span', { class: `verb ${one.method}` }, one.method.toUpperCase()), el('span', { class: 'path' }, one.path), el('span', { class: 'about' }, titleOf(one.operation))),
      ),
      () => partsOf(one),
    )),
  )));
}

const slug = (text) => text.replace(/[^a-z0-9]+/gi, '-');

function drawContents(groups) {
  const wide = matchMedia('(min-width: 60.01rem)').matches;
  replace(byId('contents'), el(
    'details', { open: wide },
    el('summary', {}, t('contents')),
    groups.map((tag) => [
      el('h2', {}, tagOf(tag.name)),
      el('ul', {}, tag.all.map(({ operation }) => el('li', {}, el('a', { href: `#${operation.operationId}` }, titleOf(operation))))),
    ]),
    el('h2', {}, el('a', { href: '#models' }, t('models'))),
  ));
}

function drawIntro(isAdmin) {
  const kind = isAdmin ? 'admin' : 'public';
  const steps = isAdmin ? ['create_user', 'list_users', 'list_events'] : ['send_code', 'verify_code', 'sign_up', 'get_me'];
  const places = Object.fromEntries(operationsOf(page).flatMap((tag) => tag.all).map(({ method, path, operation }) => [operation.operationId, `${method.toUpperCase()} ${path}`]));
  replace(
    byId('intro'),
    el('h1', {}, t(`${kind}_headline`)),
    el('p', { class: 'lead soft' }, t(`${kind}_lead`)),
    el('ol', { class: 'flow' }, steps.map((step) => el('li', {}, el('strong', {}, t(`${kind}_${step}`)), el('span', { class: 'soft' }, t(`${kind}_${step}_hint`)), places[step] && el('a', { href: `#${step}` }, places[step])))),
    el('p', { class: 'hint' }, t('errors_hint')),
    el('p', { class: 'hint' }, el('a', { href: '/openapi.json' }, 'openapi.json'), ' · ', el('a', { href: isAdmin ? '/console/' : '/' }, t(isAdmin ? 'to_console' : 'to_first'))),
  );
}

function drawCredentials() {
  const names = Object.keys(page.components.securitySchemes ?? {});
  replace(
    byId('credentials'),
    el('h2', { id: 'credentials-title' }, t('credentials')),
    el('p', { class: 'hint' }, t('credentials_hint')),
    el('div', { class: 'halves' }, names.map((name) => el(
      'div', { class: 'field' },
      el('label', { for: `scheme-${name}` }, tagOfScheme(name)),
      el('input', { id: `scheme-${name}`, type: 'password', autocomplete: 'off', spellcheck: 'false', value: credentials[name], oninput: (event) => { credentials[name] = event.target.value.trim(); } }),
      el('p', { class: 'hint' }, t(`scheme_${name}_hint`)),
    ))),
  );
}

function drawModels() {
  const models = Object.entries(page.components.schemas ?? {});
  const folded = el('details', { class: 'model' }, el('summary', {}, t('models_count', { count: models.length })));
  replace(byId('models'), el('h2', {}, t('models')), lazily(folded, () => el('div', { class: 'inside' }, models.map(([name, model]) => lazily(
    el('details', { class: 'model', id: `model-${name}` }, el('summary', {}, el('span', { class: 'path' }, name))),
    () => el('div', { class: 'inside' }, model.description && paragraphs(model.description), fieldsOf(model)),
  )))));
}

function openTarget() {
  const target = byId(decodeURIComponent(location.hash.slice(1)));
  if (target?.tagName !== 'DETAILS') return;
  target.open = true;
  target.querySelector('summary').focus({ preventScroll: true });
  target.scrollIntoView();
}

function draw() {
  const isAdmin = Boolean(page.components.securitySchemes?.admin_key);
  const groups = operationsOf(page);
  byId('which').textContent = t(isAdmin ? 'admin' : 'public');
  drawIntro(isAdmin);
  drawCredentials();
  drawOperations(groups);
  drawContents(groups);
  drawModels();
}

begin(words, () => page && draw());
const answer = await ask('GET', '/openapi.json');
if (answer.ok) {
  page = answer.data;
  draw();
  openTarget();
  addEventListener('hashchange', openTarget);
} else {
  replace(byId('intro'), el('p', { class: 'note wrong' }, answer.data.error_description));
}
document.documentElement.dataset.ready = 'yes';
