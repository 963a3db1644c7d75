// What all pages share: elements, two languages, two looks, and copying.

const present = (children) => children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false);

// Texts are only ever set as text. The policy of the pages forbids anything else.
export function el(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...present(children));
  return element;
}

export const byId = (id) => document.getElementById(id);

export function replace(element, ...children) {
  element.replaceChildren(...present(children));
}

// What is kept in the browser besides: never a key, and never a token of the console.
function kept(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}
function keep(name, value) {
  try { localStorage.setItem(name, value); } catch { /* A browser may forbid it; then nothing is kept. */ }
}

let dictionary = {};
let language = kept('page_language') ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');
const asked = new URLSearchParams(location.search).get('lang');
if (asked === 'zh' || asked === 'en') language = asked;
let onLanguage = () => {};

const shared = {
  en: {
    language: 'Language', theme_dark: 'Dark', theme_light: 'Light', copy: 'Copy', copied: 'Copied', skip: 'Skip to the content',
    unreachable: 'The service cannot be reached. Is it running?',
  },
  zh: {
    language: '语言', theme_dark: '深色', theme_light: '浅色', copy: '复制', copied: '已复制', skip: '跳到正文',
    unreachable: '无法连接到服务。它在运行吗？',
  },
};

// The text of this key, with {places} filled in.
export function t(key, places = {}) {
  const text = dictionary[language]?.[key] ?? shared[language][key] ?? dictionary.en?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => places[name] ?? '');
}

export const isKnown = (key) => dictionary[language]?.[key] !== undefined;
export const locale = () => (language === 'zh' ? 'zh-CN' : 'en-GB');
export const languageTag = () => language;

export const timeOf = (text) => new Intl.DateTimeFormat(locale(), { timeStyle: 'medium' }).format(new Date(text));
export const moment = (text) => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(text));

function speak() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const element of document.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll('[data-t-label]')) element.setAttribute('aria-label', t(element.dataset.tLabel));
  for (const element of document.querySelectorAll('[data-t-hint]')) element.placeholder = t(element.dataset.tHint);
  const title = document.documentElement.dataset.title;
  if (title) document.title = t(title);
}

function dress(theme) {
  document.documentElement.dataset.theme = theme;
}

const wanted = () => kept('page_theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
dress(wanted());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => dress(wanted()));

// Begins to speak with the words of a page; `again` draws what the page made itself whenever the language changes.
export function begin(words, again = () => {}) {
  dictionary = words;
  onLanguage = again;
  const controls = byId('controls');
  const languages = [['zh', '中文'], ['en', 'English']].map(([tag, name]) => el('button', {
    type: 'button', class: 'bare small', lang: tag, 'aria-pressed': String(tag === language), 'data-language': tag,
    onclick: () => {
      language = tag;
      keep('page_language', tag);
      for (const button of languages) button.setAttribute('aria-pressed', String(button.dataset.language === tag));
      name_theme();
      speak();
      onLanguage();
    },
  }, name));
  const theme = el('button', {
    type: 'button', class: 'bare small', id: 'theme',
    onclick: () => {
      const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
      keep('page_theme', next);
      dress(next);
      name_theme();
    },
  });
  const name_theme = () => { theme.textContent = t(document.documentElement.dataset.theme === 'dark' ? 'theme_light' : 'theme_dark'); };
  name_theme();
  replace(controls, el('div', { class: 'switch', role: 'group', 'data-t-label': 'language' }, languages), theme);
  speak();
}

export function copyButton(text) {
  const button = el('button', { type: 'button', class: 'small' }, t('copy'));
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(typeof text === 'function' ? text() : text);
    button.textContent = t('copied');
    setTimeout(() => { button.textContent = t('copy'); }, 1500);
  });
  return button;
}

// A text inside single quotes of a shell.
export const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

// A text to be copied. Where it is too long to be read, `shown` is shown in its place.
export function listing(text, shown = text) {
  return el('div', { class: 'listing' }, el('pre', { class: 'code', tabindex: '0' }, shown), copyButton(text));
}

// Tabs as the ARIA patterns have them: arrow keys move, one tab is in the order of the tab key.
export function tabs(list, choose) {
  const all = [...list.querySelectorAll('[role="tab"]')];
  const select = (tab, focus) => {
    for (const one of all) {
      const is = one === tab;
      one.setAttribute('aria-selected', String(is));
      one.tabIndex = is ? 0 : -1;
      byId(one.getAttribute('aria-controls')).hidden = true;
    }
    // Several tabs may have one panel.
    const panel = byId(tab.getAttribute('aria-controls'));
    panel.hidden = false;
    panel.setAttribute('aria-labelledby', tab.id);
    if (focus) tab.focus();
    choose?.(tab);
  };
  for (const [place, tab] of all.entries()) {
    tab.addEventListener('click', () => select(tab));
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) { event.preventDefault(); select(all[(place + step + all.length) % all.length], true); }
    });
  }
  return select;
}

// Asks the service. The outcome has `ok`, `status` and `data`; nothing is thrown.
export async function ask(method, path, { body, headers = {} } = {}) {
  try {
    const answer = await fetch(path, {
      method, headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body), credentials: 'omit', cache: 'no-store',
    });
    const text = await answer.text();
    let data = {};
    try { data = JSON.parse(text); } catch { data = { text }; }
    return { ok: answer.ok, status: answer.status, data };
  } catch {
    return { ok: false, status: 0, data: { error: 'unreachable', error_description: t('unreachable') } };
  }
}

// What to tell a person about a refusal: in their language where there is a sentence, and always what the service said.
export function refusal({ status, data }) {
  const said = data.error_description ?? data.text ?? String(status);
  const own = isKnown(`error_${data.error}`) ? t(`error_${data.error}`) : '';
  return own && languageTag() !== 'en' ? `${own}（${said}）` : own || said;
}
