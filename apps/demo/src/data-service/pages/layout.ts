import { createHash } from 'node:crypto';
import type { Through } from '../http/through.js';
import type { Tenant } from '../records.js';
import { Html, html } from './html.js';
import { SCRIPT, STYLE } from './style.js';

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
