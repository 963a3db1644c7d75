// What the document says, in Chinese to those who read it. The texts are looked up by their English.
import { ask, el, languageTag } from './kit.js';

const PUBLIC = ['docs-zh-calls.json', 'docs-zh-models.json'];
const ADMIN = [...PUBLIC, 'docs-zh-admin.json'];
const read = new Set();
const chinese = new Map();

// Reads the Chinese texts where they are wanted and not there yet. What cannot be read stays English.
export async function learn(isAdmin) {
  if (languageTag() !== 'zh') return;
  const wanted = (isAdmin ? ADMIN : PUBLIC).filter((name) => !read.has(name));
  await Promise.all(wanted.map(async (name) => {
    const answer = await ask('GET', name);
    if (!answer.ok) return;
    read.add(name);
    for (const [english, text] of Object.entries(answer.data)) chinese.set(english, text);
  }));
}

// Paragraphs have an empty line between them; other line breaks mean nothing.
const paragraphsOf = (text) => text.split(/\n\s*\n/).map((one) => one.replaceAll('\n', ' '));

// Texts of the document have `code` in them, and nothing else is read.
const prose = (text) => text.split('`').map((part, place) => (place % 2 ? el('code', {}, part) : part));

const hasWords = (text) => text.split('`').some((part, place) => place % 2 === 0 && /[a-z]/i.test(part));

// An element with a text of the document. Where there is no Chinese text, it says to screen readers that it is English.
export function said(tag, text = '', given = {}) {
  const english = paragraphsOf(text);
  const own = english.map((one) => (languageTag() === 'zh' ? chinese.get(one) : one));
  const isTold = own.every((one) => one !== undefined);
  return el(tag, { ...given, lang: !isTold && hasWords(text) && 'en' }, prose((isTold ? own : english).join(' ')));
}

export const paragraphs = (text) => paragraphsOf(text).map((one) => said('p', one));
