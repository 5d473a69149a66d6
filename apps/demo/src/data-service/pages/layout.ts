import { BASE_STYLE, Html, html, ICON_SOURCE, renderDocument, sourceHash } from '../../pages/html.js';
import type { GatewayCall } from '../http/headers.js';
import type { Tenant } from '../records.js';

/** The style sheet is part of each page: a gateway forwards only listed routes, and a style sheet is not one. */
const STYLE = `${BASE_STYLE}
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
 * Sends the invoice form as a PATCH to the page's own address. A form cannot send PATCH by itself, and a second route for
 * forms would be one more way to change data that the gateway must know.
 */
const SCRIPT = `
const form = document.querySelector('form[data-patch]');
form?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const status = form.querySelector('[role=status]');
  const button = form.querySelector('button');
  const show = (text, bad) => { status.textContent = text; status.classList.toggle('bad', bad); };
  button.disabled = true;
  show('Saving …', false);
  try {
    const note = form.elements.note.value.trim();
    const answer = await fetch(location.pathname, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ status: form.elements.status.value, note: note === '' ? null : note }),
    });
    if (answer.ok) return location.reload();
    const problem = await answer.json().catch(() => ({}));
    show('Not saved: ' + (problem.detail ?? 'the answer was ' + answer.status) + (problem.code ? ' (' + problem.code + ')' : ''), true);
  } catch {
    show('Not saved: the service cannot be reached.', true);
  }
  button.disabled = false;
});
`;

/** Only the style and the script of this file run, which are named by their hash, and the gateway's overlay, from the page's own origin. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src ${sourceHash(STYLE)}`,
  `script-src 'self' ${sourceHash(SCRIPT)}`,
  "connect-src 'self'",
  ICON_SOURCE,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export type PageParts = {
  title: string;
  body: Html;
  tenant?: Tenant | undefined;
  /** From this page to the tenant's folder. Links are relative, so that they also work behind a gateway's prefix. */
  up?: '' | '../' | undefined;
  gatewayCall?: GatewayCall | undefined;
};

export function renderPage({ title, body, tenant, up = '', gatewayCall }: PageParts): string {
  const nav =
    tenant &&
    html`<nav aria-label="Sections">
      <a href="${up}invoices">Invoices</a> <a href="${up}customers">Customers</a> <a href="${up}payroll">Payroll</a>
    </nav>`;
  const source = gatewayCall
    ? html`Opened through Countersign under grant <code>${gatewayCall.grant}</code>. This view is record
        <code>${gatewayCall.record}</code> in the customer's log.`
    : html`Opened directly, without a gateway: this view is recorded nowhere.`;
  return renderDocument({
    title: `${title}${tenant ? ` · ${tenant.name}` : ''} · Billing`,
    style: STYLE,
    body: html`<header><strong>${tenant?.name ?? 'Billing'}</strong> ${nav}</header>
<main>${body}</main>
<footer>${source} All names and figures are invented.</footer>
<script>${new Html(SCRIPT)}</script>`,
  });
}
