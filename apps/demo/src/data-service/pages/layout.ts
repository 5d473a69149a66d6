import { createHash } from 'node:crypto';
import { Html, html } from '../../pages/html.js';
import type { Through } from '../http/headers.js';
import type { Tenant } from '../records.js';

/** The one style sheet. It stands inside each page: a gateway forwards only listed routes, and this is none. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fbfbfa; --card: #fff; --ink: #1b1d22; --soft: #5b6270;
  --line: #dfe1e6; --accent: #1f4b8f; --amber: #8a5a00; --green: #1c6b3c; --red: #a3231f; }
@media (prefers-color-scheme: dark) { :root { --ground: #141519; --card: #1b1d22; --ink: #ececf0; --soft: #a2a8b4;
  --line: #343842; --accent: #8fb4f0; --amber: #e0b050; --green: #77c795; --red: #f08a84; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
header, main, footer { max-width: 68rem; margin: 0 auto; padding: 16px; }
header { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: baseline; border-bottom: 1px solid var(--line); }
header strong { font-size: 1.125rem; }
nav { display: flex; gap: 16px; }
a { color: var(--accent); text-underline-offset: 3px; }
a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 16px 0 8px; }
h2 { font-size: 1.125rem; margin: 32px 0 8px; }
p.lead, .soft, footer { color: var(--soft); }
footer { font-size: 0.875rem; border-top: 1px solid var(--line); margin-top: 32px; overflow-wrap: anywhere; }
code { font: 0.8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line); }
th, td { text-align: left; padding: 8px 12px; border-bottom: 1px solid var(--line); }
th { font-size: 0.875rem; font-weight: 600; color: var(--soft); }
td, .amount, dd { font-variant-numeric: tabular-nums; }
.amount { text-align: right; }
.badge { white-space: nowrap; font-weight: 600; }
.badge.open { color: var(--amber); } .badge.overdue { color: var(--red); } .badge.paid { color: var(--green); }
.badge.draft, .badge.void { color: var(--soft); }
.filters, .pager { display: flex; flex-wrap: wrap; gap: 8px 16px; margin: 16px 0; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 4px 24px; margin: 16px 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
form { display: grid; gap: 8px; max-width: 32rem; }
label { font-weight: 600; }
select, textarea, button { font: inherit; color: inherit; padding: 8px 12px; background: var(--card);
  border: 1px solid var(--line); border-radius: 4px; }
button { justify-self: start; background: var(--accent); border-color: var(--accent); color: var(--ground);
  font-weight: 600; cursor: pointer; }
[role=status] { min-height: 1.5rem; } [role=status].bad { color: var(--red); font-weight: 600; }
@media (max-width: 40rem) {
  thead { position: absolute; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; border: 0; background: none; }
  tr { background: var(--card); border: 1px solid var(--line); border-radius: 4px; margin-bottom: 8px; padding: 8px; }
  td { display: flex; justify-content: space-between; gap: 16px; padding: 4px; text-align: right; }
  td::before { content: attr(data-label); color: var(--soft); text-align: left; }
}
`;

/**
 * Saves the invoice form as a PATCH to the page's own address. A form cannot send PATCH by itself, and a second
 * route for forms would be one more way to change data that a gateway must know of.
 */
export const SCRIPT = `
const form = document.querySelector('form[data-patch]');
form?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const said = form.querySelector('[role=status]');
  const button = form.querySelector('button');
  const tell = (text, bad) => { said.textContent = text; said.classList.toggle('bad', bad); };
  button.disabled = true;
  tell('Saving …', false);
  try {
    const note = form.elements.note.value.trim();
    const answer = await fetch(location.pathname, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ status: form.elements.status.value, note: note === '' ? null : note }),
    });
    if (answer.ok) return location.reload();
    const problem = await answer.json().catch(() => ({}));
    tell('Not saved: ' + (problem.detail ?? 'the answer was ' + answer.status) + (problem.code ? ' (' + problem.code + ')' : ''), true);
  } catch {
    tell('Not saved: the service cannot be reached.', true);
  }
  button.disabled = false;
});
`;

const sourceHash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Only the style and the script that stand here run; both are named by their hash. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src ${sourceHash(STYLE)}`,
  `script-src ${sourceHash(SCRIPT)}`,
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export type PageParts = {
  title: string;
  body: Html;
  tenant?: Tenant | undefined;
  /** From this page to the tenant's folder. Links are relative so that they hold behind a gateway's prefix. */
  up?: '' | '../' | undefined;
  through?: Through | undefined;
};

export function renderPage({ title, body, tenant, up = '', through }: PageParts): string {
  const nav =
    tenant &&
    html`<nav aria-label="Sections">
      <a href="${up}invoices">Invoices</a> <a href="${up}customers">Customers</a> <a href="${up}payroll">Payroll</a>
    </nav>`;
  const source = through
    ? html`Opened through Countersign under grant <code>${through.grant}</code>. This view is record
        <code>${through.record}</code> in the customer's log.`
    : html`Opened directly, without a gateway: this view is recorded nowhere.`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}${tenant ? ` · ${tenant.name}` : ''} · Billing</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><strong>${tenant?.name ?? 'Billing'}</strong> ${nav}</header>
<main>${body}</main>
<footer>${source} All names and figures are made up.</footer>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`.toString();
}
