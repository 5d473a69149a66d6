import {
  BAR_STYLE,
  BASE_STYLE,
  bar,
  type Html,
  html,
  ICON_SOURCE,
  renderDocument,
  sourceHash,
} from '../pages/html.js';
import type { Message } from './message.js';

/** A mail with its place in the mailbox, counted from the first that arrived. */
export type Kept = Message & { id: number };

const STYLE = `${BASE_STYLE}${BAR_STYLE}
main { max-width: 72rem; margin: 0 auto; padding: 32px 16px 48px; }
h2 { font-size: 1.125rem; font-weight: 620; line-height: 1.35; margin: 0; }
p { margin: 0; }
.soft { color: var(--soft); font-size: 0.9375rem; }
.small { font-size: 0.8125rem; }
nav { display: flex; flex-wrap: wrap; gap: 8px; margin: 16px 0 24px; }
nav a { display: inline-flex; align-items: center; gap: 8px; min-height: 36px; padding: 4px 12px; border: 1px solid var(--line); border-radius: 18px; background: var(--card); color: var(--ink); font-size: 0.9375rem; text-decoration: none; overflow-wrap: anywhere; }
nav a[aria-current] { border-color: var(--accent); background: var(--accent-ground); color: var(--accent); font-weight: 580; }
.panes { display: grid; grid-template-columns: minmax(0, 22rem) minmax(0, 1fr); gap: 24px; align-items: start; }
ul { display: grid; margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 6px; background: var(--card); box-shadow: var(--shadow); }
li + li { border-top: 1px solid var(--line); }
li a { display: grid; gap: 2px; padding: 12px 16px; color: inherit; text-decoration: none; border-left: 3px solid transparent; }
li a:hover { background: var(--sunk); }
li a[aria-current] { border-left-color: var(--accent); background: var(--accent-ground); }
li strong { font-weight: 580; }
article { display: grid; gap: 16px; padding: 24px; border: 1px solid var(--line); border-radius: 6px; background: var(--card); box-shadow: var(--shadow); }
iframe { width: 100%; height: 40rem; border: 1px solid var(--line); border-radius: 6px; background: var(--ground); }
pre { margin: 0; padding: 16px; border-radius: 6px; background: var(--sunk); white-space: pre-wrap; overflow-wrap: anywhere; font: 0.8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
summary { cursor: pointer; }
details[open] summary { margin-bottom: 8px; }
@media (max-width: 47.99rem) { .panes { grid-template-columns: minmax(0, 1fr); } article { padding: 16px; order: -1; } iframe { height: 32rem; } }
`;

/** The page shows a mail's HTML in a frame, and nothing else loads. */
export const PAGE_POLICY = `default-src 'none'; style-src ${sourceHash(STYLE)}; ${ICON_SOURCE}; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The HTML of a mail: its own styles, no script, no request, no form. A pressed link opens a page of its own. */
export const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/** The HTML as the frame gets it: links open outside of the frame. */
export const framed = (mail: string): string => mail.replace('<head>', '<head><base target="_blank">');

const REFRESH_SECONDS = 5;

/**
 * The mailbox: who got mail, the mails of one recipient or of all, and one of them.
 *
 * @param all newest first
 * @param to the recipient whose mail is shown; null for everyone's
 * @param id the mail that was chosen; null for the newest, and then the page looks for newer ones by itself
 */
export function mailboxPage(all: readonly Kept[], to: string | null, id: number | null): string {
  const listed = to === null ? all : all.filter((mail) => mail.to === to);
  const openMail = listed.find((mail) => mail.id === id) ?? (id === null ? listed[0] : undefined);
  const list = listed.map(
    (mail) =>
      html`<li><a href="${addressOf(to, mail.id)}"${mail === openMail ? CURRENT : null}><strong>${mail.subject}</strong><span class="soft small">${mail.to} · ${clock(mail.at)}</span></a></li>`,
  );
  return renderDocument({
    title: 'Mailbox of the demo',
    style: STYLE,
    head: id === null ? html`<meta http-equiv="refresh" content="${REFRESH_SECONDS}">` : html``,
    body: html`${bar('Mailbox of the demo')}<main>
<h1>Mailbox of the demo</h1>
<p class="soft">Every mail that Countersign sends here, newest first. No mail leaves this machine; a restart empties the mailbox.</p>
${recipients(all, to)}
<div class="panes">
${listed.length === 0 ? EMPTY : html`<ul aria-label="Mails">${list}</ul>`}
${openMail === undefined ? null : article(openMail)}
</div>
</main>`,
  });
}

const CURRENT = html` aria-current="true"`;
const EMPTY = html`<article><h2>No mail yet</h2><p class="soft">Request access, or ask for a sign-in code as someone of Globex.</p></article>`;

function recipients(all: readonly Kept[], to: string | null): Html | null {
  const known = [...new Set(all.map((mail) => mail.to))].sort();
  if (known.length === 0) return null;
  const link = (address: string | null, label: string, count: number) =>
    html`<a href="${addressOf(address)}"${address === to ? CURRENT : null}>${label} <span class="soft small">${count}</span></a>`;
  return html`<nav aria-label="Recipients">${link(null, 'Everyone', all.length)}${known.map((each) =>
    link(each, each, all.filter((mail) => mail.to === each).length),
  )}</nav>`;
}

const article = (
  mail: Kept,
): Html => html`<article><div><h2>${mail.subject}</h2><p class="soft small">To ${mail.to} · ${clock(mail.at)}</p></div>
${
  mail.html === null
    ? null
    : html`<iframe src="/messages/${mail.id}/html" title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>`
}
<details${mail.html === null ? html` open` : null}><summary>As text</summary><pre>${linkify(mail.text)}</pre></details></article>`;

function addressOf(to: string | null, id?: number): string {
  const query = new URLSearchParams({
    ...(to === null ? {} : { to }),
    ...(id === undefined ? {} : { mail: String(id) }),
  });
  return query.size === 0 ? '/' : `/?${query}`;
}

const clock = (at: string): string => `${at.slice(0, 19).replace('T', ' ')} UTC`;

/** Makes links of addresses on this machine. */
const linkify = (text: string): Html[] =>
  text
    .split(/(http:\/\/localhost:\d+\/[^\s]*)/)
    .map((part, index) => (index % 2 === 0 ? html`${part}` : html`<a href="${part}">${part}</a>`));
