import { BROWSER_PATHS } from '@countersign/gateway-protocol';
import type { ServerResponse } from '../http1/server-response.js';
import { overlayTexts } from './overlay-texts.js';

/** How often an open page in a visible tab asks the gateway about its access. The gateway answers from memory. */
const ASK_EVERY_MS = 4_000;

const STYLE = `
:host{all:initial;position:fixed;inset:auto 1rem 1rem auto;z-index:2147483647;color-scheme:light dark;max-width:calc(100vw - 2rem)}
section{font:.875rem/1.4 system-ui,sans-serif;color:#1c2430;background:#fff;border:1px solid #8a94a3;border-radius:.5rem;
box-shadow:0 2px 12px #0003;padding:.5rem .75rem;display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:center;box-sizing:border-box;max-width:30rem}
p,h2{margin:0;font:inherit;overflow-wrap:anywhere}h2,b{font-weight:600}.left{font-variant-numeric:tabular-nums}
.soon{color:#8a4b00;font-weight:600}.full{flex-basis:100%}
button,a{font:inherit;border:1px solid #1f5fbf;border-radius:.375rem;padding:.25rem .625rem;background:transparent;color:#1f5fbf;cursor:pointer;text-decoration:none}
a{background:#1f5fbf;color:#fff}:focus-visible{outline:3px solid #1f5fbf;outline-offset:2px}
button:disabled{opacity:.6;cursor:default}.over{border-width:2px}.stopped{border-color:#b3261e}.quiet{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
[hidden],.full:empty{display:none!important}
@media(prefers-color-scheme:dark){section{color:#e6e9ee;background:#12161c;border-color:#5a6472}.soon{color:#ffb95c}
button{border-color:#8ab8ff;color:#8ab8ff}a{background:#8ab8ff;border-color:#8ab8ff;color:#12161c}.stopped{border-color:#ff8a80}:focus-visible{outline-color:#8ab8ff}}
@media print{:host{display:none}}`;

/**
 * The overlay, as browsers run it: it has no dependency, and works under \`script-src 'self'; connect-src 'self'\` without inline
 * styles and with trusted types. It is in a shadow tree below <html>, so that neither the page's styles nor a script that replaces
 * the body change it. The page belongs to the service, so the overlay informs and proves nothing.
 */
const SCRIPT = `(() => {
'use strict';
const TEXTS = __TEXTS__, STYLE = __STYLE__, PATHS = __PATHS__, ASK_EVERY_MS = __EVERY__, ID = 'countersign-overlay';
if (window.top !== window || document.getElementById(ID) || !('adoptedStyleSheets' in document)) return;
const german = (navigator.languages || [navigator.language]).map((tag) => tag.slice(0, 2)).find((tag) => tag === 'de' || tag === 'en');
const text = TEXTS[german === 'de' ? 'de' : 'en'];
const request = window.fetch.bind(window);
const fill = (words, values) => words.replace(/\\{(\\w+)\\}/g, (_, name) => String(values[name]));

const make = (name, className, words) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (words) made.textContent = words;
  return made;
};
const button = (words, press) => {
  const made = make('button', '', words);
  made.type = 'button';
  made.addEventListener('click', press);
  return made;
};

const host = make('div');
host.id = ID;
const root = host.attachShadow({ mode: 'open' });
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
root.adoptedStyleSheets = [sheet];
const section = make('section');
section.lang = german === 'de' ? 'de' : 'en';
section.setAttribute('aria-label', text.region);
const title = make('h2');
const left = make('p', 'left');
const note = make('p');
// Screen readers read it when it changes: its words change only with the state of the access.
const words = make('div');
words.setAttribute('role', 'status');
words.append(title, note);
const spoken = make('p', 'quiet');
spoken.setAttribute('role', 'status');
const alert = make('div', 'full');
alert.setAttribute('role', 'alert');
const ask = make('a', '', text.ask);
ask.target = '_blank';
ask.rel = 'noopener noreferrer';
let isHidden = false;
const hide = button(text.hide, () => {
  isHidden = !isHidden;
  draw();
});
const release = button(text.release, async () => {
  release.disabled = true;
  alert.textContent = '';
  try {
    const answer = await request(new URL(PATHS.release, location.origin), { ...OWN, method: 'POST' });
    if (!answer.ok) throw new Error(String(answer.status));
    learn(await answer.json());
  } catch {
    alert.textContent = text.notReleased;
  }
  release.disabled = false;
});
const OWN = { credentials: 'same-origin', cache: 'no-store', redirect: 'error', headers: { accept: 'application/json' } };
section.append(words, left, release, hide, ask, alert, spoken);
root.append(section);

let known, endsAt = 0, warned = false;
/** The last link to the form: the gateway does not know the access of a browser whose session has ended. */
let form;

function learn(news) {
  const before = known && known.state;
  known = news;
  form = news.ask || form;
  if (news.state === 'open') endsAt = performance.now() + news.secondsLeft * 1000;
  if (before !== news.state) { isHidden = false; warned = false; alert.textContent = ''; }
  draw();
}

/** Sets only what changes, so that it is read out once. */
function say(part, words) {
  if (part.textContent !== words) part.textContent = words;
}

function draw() {
  const isOpen = known.state === 'open';
  if (known.state === 'invalid_token' && !form) { host.remove(); return; }
  if (!host.isConnected) document.documentElement.append(host);
  const outcome = isOpen ? undefined : text.outcomes[known.reason] || text.outcomes[known.state] || text.outcomes.grant_ended;
  const isStopped = known.state === 'locked' || known.reason === 'revoked';
  section.className = isOpen ? '' : isStopped ? 'over stopped' : 'over';
  for (const part of [left, release, hide]) part.hidden = !isOpen;
  title.hidden = isOpen && isHidden;
  hide.textContent = isHidden ? text.show : text.hide;
  hide.setAttribute('aria-expanded', String(!isHidden));
  release.hidden = !isOpen || isHidden;
  note.hidden = isOpen;
  ask.hidden = isOpen || !form || known.state === 'not_in_touch';
  if (form) ask.href = form;
  if (!isOpen) {
    say(title, (isStopped ? '\\u2297 ' : '\\u229d ') + outcome.title);
    say(note, outcome.text);
    return;
  }
  const seconds = Math.max(0, (endsAt - performance.now()) / 1000);
  const minutes = Math.floor(seconds / 60);
  say(title, '\\u25c9 ' + fill(text.access, known));
  say(left, (minutes < 5 ? '\\u25d4 ' : '') + (minutes < 1 ? text.lastMinute : fill(text.minutes, { n: minutes })));
  left.className = minutes < 5 ? 'left soon' : 'left';
  if (minutes < 5 && !warned) { warned = true; say(spoken, fill(text.soon, known)); }
}

/** Ended access does not come back, so only a tab that is shown again asks about it. */
const isFinal = () => known && (known.state === 'grant_ended' || known.state === 'invalid_token');
let timer, asking = false;
async function look() {
  clearTimeout(timer);
  if (document.hidden || asking) return;
  asking = true;
  try {
    const answer = await request(new URL(PATHS.grant, location.origin), OWN);
    if (answer.ok) learn(await answer.json());
  } catch {
    if (known) draw();
  }
  asking = false;
  if (!isFinal()) timer = setTimeout(look, ASK_EVERY_MS);
}
document.addEventListener('visibilitychange', look);
void look();
})();
`;

/** The script. It is the same for everyone, and says nothing about any access. */
export const OVERLAY_SCRIPT = SCRIPT.replace('__TEXTS__', () => JSON.stringify(overlayTexts))
  .replace('__STYLE__', () => JSON.stringify(STYLE.replaceAll('\n', '')))
  .replace('__PATHS__', () => JSON.stringify({ grant: BROWSER_PATHS.grant, release: BROWSER_PATHS.release }))
  .replace('__EVERY__', String(ASK_EVERY_MS));

/** Only pages of the service's own origin may load it. */
const FIELDS = [
  ...['Content-Type', 'text/javascript; charset=utf-8', 'Cache-Control', 'public, max-age=3600'],
  ...['X-Content-Type-Options', 'nosniff', 'Cross-Origin-Resource-Policy', 'same-origin'],
];

export const sendOverlay = (response: ServerResponse): void => response.send(200, FIELDS, OVERLAY_SCRIPT);
