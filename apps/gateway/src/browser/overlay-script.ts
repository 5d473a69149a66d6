import { BROWSER_PATHS } from '@countersign/gateway-protocol';
import type { ServerResponse } from '../http1/server-response.js';
import { overlayTexts } from './overlay-texts.js';

/** How often an open page in a visible tab polls the gateway. The gateway answers from memory. */
const POLL_EVERY_MS = 4_000;

const STYLE = `
:host{all:initial;position:fixed;inset:auto 1rem 1rem auto;z-index:2147483647;color-scheme:light dark;max-width:calc(100vw - 2rem)}
section{font:.875rem/1.4 system-ui,sans-serif;color:#1c2430;background:#fff;border:1px solid #8a94a3;border-radius:.5rem;
box-shadow:0 2px 12px #0003;padding:.5rem .75rem;display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:center;box-sizing:border-box;max-width:30rem}
p,h2{margin:0;font:inherit;overflow-wrap:anywhere}h2,b{font-weight:600}.left{font-variant-numeric:tabular-nums}
.soon{color:#8a4b00;font-weight:600}.full{flex-basis:100%}
button,a{font:inherit;white-space:nowrap;border:1px solid #1f5fbf;border-radius:.375rem;padding:.25rem .625rem;background:transparent;color:#1f5fbf;cursor:pointer;text-decoration:none}
a{background:#1f5fbf;color:#fff}:focus-visible{outline:3px solid #1f5fbf;outline-offset:2px}
button:disabled{opacity:.6;cursor:default}.over{border-width:2px}.stopped{border-color:#b3261e}.quiet{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
[hidden],.full:empty{display:none!important}
@media(max-width:30rem){.left:has(+:not([hidden])){flex-basis:100%}}
@media(prefers-color-scheme:dark){section{color:#e6e9ee;background:#12161c;border-color:#5a6472}.soon{color:#ffb95c}
button{border-color:#8ab8ff;color:#8ab8ff}a{background:#8ab8ff;border-color:#8ab8ff;color:#12161c}.stopped{border-color:#ff8a80}:focus-visible{outline-color:#8ab8ff}}
@media print{:host{display:none}}`;

/**
 * The script of the overlay, as browsers run it. It has no dependencies. It works under `script-src 'self'; connect-src 'self'`, without
 * inline styles and with trusted types. Its elements are in a shadow tree below <html>, so that the page's styles, and scripts that
 * replace the body, do not change them. The page belongs to the service and could imitate the overlay, so the overlay proves nothing.
 */
const SCRIPT = `(() => {
'use strict';
const TEXTS = __TEXTS__, STYLE = __STYLE__, PATHS = __PATHS__, POLL_EVERY_MS = __EVERY__, ID = 'countersign-overlay';
if (window.top !== window || document.getElementById(ID) || !('adoptedStyleSheets' in document)) return;
const language = (navigator.languages || [navigator.language]).map((tag) => tag.split('-')[0]).find((tag) => Object.hasOwn(TEXTS, tag)) || 'en';
const text = TEXTS[language];
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
section.lang = language;
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
    update(await answer.json());
  } catch {
    alert.textContent = text.notReleased;
  }
  release.disabled = false;
});
const OWN = { credentials: 'same-origin', cache: 'no-store', redirect: 'error', headers: { accept: 'application/json' } };
section.append(words, left, release, hide, ask, alert, spoken);
root.append(section);

let known, endsAt = 0, warned = false;
/** The last link to the form that the gateway sent. Once the session has ended, the gateway no longer knows the access. */
let form;

function update(latest) {
  const before = known && known.state;
  known = latest;
  form = latest.ask || form;
  if (latest.state === 'open') endsAt = performance.now() + latest.secondsLeft * 1000;
  if (before !== latest.state) { isHidden = false; warned = false; alert.textContent = ''; }
  draw();
}

/** Changes a text only if it is another one, so that screen readers read it once. */
function setText(part, words) {
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
    setText(title, (isStopped ? '\\u2297 ' : '\\u229d ') + outcome.title);
    setText(note, outcome.text);
    return;
  }
  const seconds = Math.max(0, (endsAt - performance.now()) / 1000);
  const minutes = Math.floor(seconds / 60);
  setText(title, '\\u25c9 ' + fill(text.access, known));
  setText(left, (minutes < 5 ? '\\u25d4 ' : '') + (minutes < 1 ? text.lastMinute : fill(text.minutes, { n: minutes })));
  left.className = minutes < 5 ? 'left soon' : 'left';
  if (minutes < 5 && !warned) { warned = true; setText(spoken, fill(text.soon, known)); }
}

/** Ended access does not come back, so polling stops. A tab that is shown again polls once. */
const isFinal = () => known && (known.state === 'grant_ended' || known.state === 'invalid_token');
let timer, isPolling = false;
async function poll() {
  clearTimeout(timer);
  if (document.hidden || isPolling) return;
  isPolling = true;
  try {
    const answer = await request(new URL(PATHS.grant, location.origin), OWN);
    if (answer.ok) update(await answer.json());
  } catch {
    if (known) draw();
  }
  isPolling = false;
  if (!isFinal()) timer = setTimeout(poll, POLL_EVERY_MS);
}
document.addEventListener('visibilitychange', poll);
void poll();
})();
`;

/** The script with its texts filled in. It is the same for everyone, and contains nothing about anyone's access. */
const OVERLAY_SCRIPT = SCRIPT.replace('__TEXTS__', () => JSON.stringify(overlayTexts))
  .replace('__STYLE__', () => JSON.stringify(STYLE.replaceAll('\n', '')))
  .replace('__PATHS__', () => JSON.stringify({ grant: BROWSER_PATHS.grant, release: BROWSER_PATHS.release }))
  .replace('__EVERY__', String(POLL_EVERY_MS));

/** Only pages of the service's own origin may load it. */
const FIELDS = [
  ...['Content-Type', 'text/javascript; charset=utf-8', 'Cache-Control', 'public, max-age=3600'],
  ...['X-Content-Type-Options', 'nosniff', 'Cross-Origin-Resource-Policy', 'same-origin'],
];

export const sendOverlay = (response: ServerResponse): void => response.send(200, FIELDS, OVERLAY_SCRIPT);
