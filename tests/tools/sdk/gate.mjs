// People at the bot gate. A test cannot read images, but it knows the server's key, from which the characters of each
// image follow; whoever does not know it has to look.
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const CHARACTERS = 'ACDEFHJKMNPRTUVWXY347';
// Of the texts that the service seals, what comes before the seal.
const PUZZLE_BYTES = 29;
// Every server that these flows talk to is on this machine.
const NETWORK = '127.0.0.1';

function keyed(serverKey, use, ...parts) {
  const mac = createHmac('sha256', Buffer.from(serverKey, 'base64'));
  for (const part of [Buffer.from(use), ...parts]) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(part.length));
    mac.update(length).update(part);
  }
  return mac.digest();
}

// The characters of the image that this client got with this token.
export function readImage(serverKey, client, token) {
  const puzzle = Buffer.from(token, 'base64url').subarray(0, PUZZLE_BYTES);
  const secret = keyed(serverKey, 'captcha-solution', puzzle, Buffer.from(client), Buffer.from(NETWORK));
  return [0, 2, 4, 6].map((at) => CHARACTERS[secret.readUInt16BE(at) % CHARACTERS.length]).join('');
}

// The key by which the service signs challenges of ALTCHA's, as that library takes it.
export const altchaKey = (serverKey) => keyed(serverKey, 'captcha-work').toString('hex');

// As much of a page as the SDK's own dialog needs, and somebody who answers it: a first time wrongly, then as `read`
// says for the token of the image that is shown.
export function pageWithPerson(read) {
  const elements = [];
  const images = [];
  const createElement = (tag) => {
    const element = { tag, style: {}, children: [], focus() {}, appendChild: (child) => element.children.push(child) };
    elements.push(element);
    return element;
  };
  const newest = (tag, skip = 0) => elements.filter((element) => element.tag === tag).at(-1 - skip);
  const answer = async (text) => {
    newest('input').value = text;
    await newest('button').onclick();
  };
  const person = async () => {
    const shown = newest('img').src;
    images.push(shown);
    await answer('WRONG');
    // The dialog says that it was wrong and shows another image.
    for (let tries = 0; tries < 200 && newest('img').src === shown; tries += 1) await sleep(20);
    images.push(newest('img').src);
    await answer(read());
  };
  const body = {
    // The dialog's last part, when it is complete.
    appendChild: (child) => { if (child.children.length > 0) person(); },
    removeChild() {},
  };
  const getElementById = (id) => elements.filter((element) => element.id === id).at(-1);
  return { document: { createElement, getElementById, body }, images };
}
