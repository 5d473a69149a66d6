import type { InvoiceStatus } from '../records.js';
import { type Html, html } from './html.js';

/** Minor units as money for people: `1234500` and `EUR` give `€12,345.00`. */
export function money(cents: number, currency: string): string {
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency }).format(cents / 100);
}

/** `2026-11-20` as `20 Nov 2026`. */
export function day(date: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(`${date}T00:00:00Z`),
  );
}

/** `2026-10` as `October 2026`. */
export function monthName(month: string): string {
  return new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${month}-01T00:00:00Z`),
  );
}

const SIGNS: Record<InvoiceStatus, string> = { draft: '✎', open: '○', paid: '✓', overdue: '!', void: '×' };

/** A status is told by sign, word and colour together. */
export function statusBadge(status: InvoiceStatus): Html {
  return html`<span class="badge ${status}"><span aria-hidden="true">${SIGNS[status]}</span> ${status}</span>`;
}
