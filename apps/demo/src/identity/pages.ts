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
import type { Client } from './provider.js';

const STYLE = `${BASE_STYLE}${BAR_STYLE}
main { max-width: 30rem; margin: 0 auto; padding: 32px 16px 48px; }
p { color: var(--soft); margin: 0 0 24px; }
.sheet { padding: 24px; border: 1px solid var(--line); border-radius: 6px; background: var(--card); box-shadow: var(--shadow); }
form { display: grid; gap: 8px; }
button { display: grid; gap: 2px; min-height: 44px; padding: 12px 16px; text-align: left; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: 6px; cursor: pointer; }
button:hover { background: var(--accent-ground); border-color: var(--accent); }
button strong { color: var(--accent); font-weight: 580; }
button span { color: var(--soft); font-size: 0.875rem; overflow-wrap: anywhere; }
@media (max-width: 47.99rem) { .sheet { padding: 16px; } }
`;

/** There is no `form-action`: after the form the browser is redirected to whatever program the person signs in to. */
export const PAGE_POLICY = `default-src 'none'; style-src ${sourceHash(STYLE)}; ${ICON_SOURCE}; base-uri 'none'; frame-ancestors 'none'`;

const renderPage = (title: string, body: Html): string =>
  renderDocument({
    title: `${title} · demo sign-in`,
    style: STYLE,
    body: html`${bar('Sign-in of the demo')}<main><div class="sheet">${body}</div></main>`,
  });

/** The page on which a person chooses who to be. */
export function chooserPage({ name, accounts }: Client, uid: string): string {
  const people = accounts.map(
    (account) =>
      html`<button name="account" value="${account.sub}"><strong>${account.name}</strong><span>${account.email} · ${account.note}</span></button>`,
  );
  return renderPage(
    `Sign in to ${name}`,
    html`<h1>Sign in as someone of ${name}</h1>
<p>This is the demo’s own sign-in page. Its people are invented, and it asks for no password. Choose who you want to be.</p>
<form method="post" action="/interaction/${uid}">${people}</form>`,
  );
}

export const errorPage = (detail: string): string =>
  renderPage('Not signed in', html`<h1>The sign-in failed</h1><p>${detail}</p>`);
