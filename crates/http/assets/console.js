// The console: a key, and the places that it opens.
import { begin, byId, el, listing, replace, t } from './kit.js';
import { api, drawn, dropKey, hasKey, keyCommand, sayPending, setKey, whenLocked } from './console-api.js';
import { showEvents, showLetters } from './console-events.js';
import { showState } from './console-state.js';
import { showUser } from './console-user.js';
import { showUsers } from './console-users.js';
import { words } from './console-words.js';

const PLACES = { users: showUsers, events: showEvents, letters: showLetters, state: showState };
const SCOPES = ['users:read', 'users:write', 'events:write', 'metrics:read'];

const place = () => decodeURIComponent(location.hash.slice(1)) || 'users';

function drawPlaces() {
  const here = place().startsWith('user/') ? 'users' : place();
  replace(byId('places'), Object.keys(PLACES).map((name) => el('a', { href: `#${name}`, 'aria-current': name === here ? 'page' : undefined }, t(name))));
}

async function show() {
  if (!hasKey()) return;
  drawPlaces();
  const view = byId('view');
  const here = place();
  if (here.startsWith('user/')) await showUser(view, here.slice('user/'.length));
  else await (PLACES[here] ?? showUsers)(view);
  drawn();
}

function drawDoor(problem) {
  byId('door').hidden = hasKey();
  byId('inside').hidden = !hasKey();
  byId('door-problem').hidden = !problem;
  byId('door-problem').textContent = problem ?? '';
  replace(byId('door-how'), el('details', {}, el('summary', {}, t('how')), el('div', { class: 'stack' }, el('p', { class: 'hint' }, t('how_hint')), listing(keyCommand(SCOPES)))));
}

function lock(problem) {
  dropKey();
  byId('key').value = '';
  replace(byId('view'));
  replace(byId('said'));
  drawDoor(problem);
  byId('key').focus();
}

async function enter() {
  const text = byId('key').value.trim();
  if (!text) { drawDoor(t('need_key')); byId('key').focus(); return; }
  setKey(text);
  const answer = await api('GET', '/admin/v1/subscriptions');
  if (answer.status === 401) return;
  byId('key').value = '';
  drawDoor();
  await show();
}

whenLocked(() => lock(t('wrong_key')));
begin(words, () => { drawDoor(); show(); });
drawDoor();
byId('door').addEventListener('submit', (event) => { event.preventDefault(); enter(); });
byId('lock').addEventListener('click', () => lock());
addEventListener('hashchange', () => { sayPending(); show(); });
byId('key').focus();
document.documentElement.dataset.ready = 'yes';
