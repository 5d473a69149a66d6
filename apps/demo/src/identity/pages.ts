import { createHash } from 'node:crypto';
import { Html, html } from '../pages/html.js';
import type { Client } from './provider.js';

const STYLE = `
:root { color-scheme: light dark; --ground: #fbfbfa; --card: #fff; --ink: #1b1d22; --soft: #5b6270; --line: #dfe1e6; --accent: #1f4b8f; }
@media (prefers-color-scheme: dark) { :root { --ground: #141519; --card: #1b1d22; --ink: #ececf0; --soft: #a2a8b4; --line: #343842; --accent: #8fb4f0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 28rem; margin: 0 auto; padding: 48px 16px; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 8px; }
p { color: var(--soft); margin: 0 0 24px; }
form { display: grid; gap: 8px; }
button { display: grid; gap: 2px; min-height: 44px; padding: 12px 16px; text-align: left; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 4px; cursor: pointer; }
button:hover { border-color: var(--accent); }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
button strong { color: var(--accent); }
button span { color: var(--soft); font-size: 0.875rem; overflow-wrap: anywhere; }
`;

/** One style, named by its hash; forms may end at whatever program signs people in by this provider. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`;

function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · demo sign-in</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body><main>${body}</main></body>
</html>
`.toString();
}

/** Who do you want to be? */
export function chooserPage({ name, accounts }: Client, uid: string): string {
  const people = accounts.map(
    (account) =>
      html`<button name="account" value="${account.sub}"><strong>${account.name}</strong><span>${account.email} · ${account.note}</span></button>`,
  );
  return page(
    `Sign in to ${name}`,
    html`<h1>Sign in as somebody of ${name}</h1>
<p>This is the demo’s own sign-in page: its people are made up, and it asks for no password. Choose who you want to be.</p>
<form method="post" action="/interaction/${uid}">${people}</form>`,
  );
}

export const errorPage = (detail: string): string =>
  page('Not signed in', html`<h1>That did not work</h1><p>${detail}</p>`);
