import type { Tenant } from '../records.js';
import { type Html, html } from './html.js';

export function homePage(tenants: Tenant[]): Html {
  return html`<h1>Billing</h1>
    <p class="lead">The demo's data service. It asks nobody who they are, so in production only the gateway may
    reach it; here it listens on this machine alone.</p>
    <ul>${tenants.map((tenant) => html`<li><a href="tenants/${tenant.slug}/invoices">${tenant.name}</a></li>`)}</ul>`;
}
