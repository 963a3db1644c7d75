// The bot gate: an image to be read, or a number that the browser finds, for people who cannot see the image.
import { ask, byId, t } from './kit.js';

// How many numbers are tried at once.
const BATCH = 500;

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

// A proof of work as ALTCHA's libraries have it; nothing, where no number fits.
async function found({ algorithm, challenge, maxnumber, salt, signature }) {
  const sought = bytesOf(challenge);
  const isSought = (hash) => new Uint8Array(hash).every((byte, at) => byte === sought[at]);
  for (let first = 0; first <= maxnumber; first += BATCH) {
    const numbers = Array.from({ length: BATCH }, (_, at) => first + at);
    const texts = numbers.map((number) => new TextEncoder().encode(`${salt}${number}`));
    const hashes = await Promise.all(texts.map((text) => crypto.subtle.digest('SHA-256', text)));
    const at = hashes.findIndex(isSought);
    if (at >= 0) return btoa(JSON.stringify({ algorithm, challenge, number: numbers[at], salt, signature }));
  }
  return undefined;
}

const puzzleOf = (body, headers) => ask('POST', '/auth/v1/captcha/data', { body, headers });

async function passFor(token, key, headers) {
  const answer = await ask('POST', '/auth/v1/captcha/data/verify', { body: { token, key }, headers });
  return answer.ok ? answer.data.captcha_token : undefined;
}

async function computed(headers) {
  const puzzle = await puzzleOf({ type: 'pow' }, headers);
  const key = puzzle.ok ? await found(puzzle.data.data) : undefined;
  return key && passFor(puzzle.data.token, key, headers);
}

// The token of a puzzle that somebody solved; nothing, if they gave up. `said` is why they are asked once more.
export async function passGate(headers, said = '') {
  const puzzle = await puzzleOf({}, headers);
  if (!puzzle.ok) return undefined;
  const [dialog, compute] = [byId('gate'), byId('gate-compute')];
  let pass;
  let isOver = false;
  byId('gate-image').src = puzzle.data.data;
  byId('gate-answer').value = '';
  byId('gate-said').textContent = said;
  // Browsers compute hashes only where nobody can change the page on its way.
  compute.hidden = !crypto.subtle;
  compute.disabled = false;
  compute.onclick = async () => {
    compute.disabled = true;
    byId('gate-said').textContent = t('gate_computing');
    const earned = await computed(headers);
    // By now they may have typed an answer or given up, and the dialog may be open for another puzzle.
    if (isOver) return;
    pass = earned;
    compute.disabled = false;
    byId('gate-said').textContent = pass ? '' : t('gate_failed');
    if (pass) dialog.close('ok');
  };
  dialog.returnValue = '';
  dialog.showModal();
  await new Promise((resolve) => { dialog.addEventListener('close', resolve, { once: true }); });
  isOver = true;
  if (dialog.returnValue !== 'ok') return undefined;
  return pass ?? (await passFor(puzzle.data.token, byId('gate-answer').value, headers)) ?? passGate(headers, t('gate_wrong'));
}
