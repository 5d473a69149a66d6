import { type Html, type HtmlValue, html } from '../../pages/html.js';
import type { InvoiceStatus, Page } from '../records.js';

export type Column<T> = { label: string; amount?: boolean; cell: (row: T) => HtmlValue };

/** A table. On a narrow screen its rows become cards, in which each cell carries its column's name. */
export function table<T>(columns: Column<T>[], rows: T[]): Html {
  if (rows.length === 0) return html`<p class="soft">Nothing here.</p>`;
  const side = (column: Column<T>) => (column.amount ? 'amount' : '');
  return html`<table>
    <thead><tr>${columns.map((column) => html`<th scope="col" class="${side(column)}">${column.label}</th>`)}</tr></thead>
    <tbody>${rows.map(
      (row) =>
        html`<tr>${columns.map(
          (column) =>
            html`<td class="${side(column)}" data-label="${column.label}"><span>${column.cell(row)}</span></td>`,
        )}</tr>`,
    )}</tbody>
  </table>`;
}

/** Links to the previous and the next page, with the same `filter`. A link of `?…` alone stays on the same path. */
export function pager<T>(page: Page<T>, filter: Record<string, string | undefined>): Html {
  const to = (number: number) => {
    const query = new URLSearchParams({ page: String(number) });
    for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
    return `?${query}`;
  };
  return html`<nav class="pager" aria-label="Pages">
    ${page.page > 1 ? html`<a rel="prev" href="${to(page.page - 1)}">← Newer</a>` : null}
    <span class="soft">Page ${page.page} of ${page.pages}, ${page.total} in all</span>
    ${page.page < page.pages ? html`<a rel="next" href="${to(page.page + 1)}">Older →</a>` : null}
  </nav>`;
}

/** A row of filters: one link for each choice; the chosen one is marked. */
export function filters(name: string, choices: [string, string][], chosen: string | undefined): Html {
  const link = (href: string, label: string, here: boolean) =>
    here ? html`<a href="${href}" aria-current="true">${label}</a>` : html`<a href="${href}">${label}</a>`;
  return html`<div class="filters">${link('?page=1', 'All', chosen === undefined)}${choices.map(
    ([value, label]) => html` ${link(`?${name}=${value}`, label, chosen === value)}`,
  )}</div>`;
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

/** A status in sign, word and colour. */
export function statusBadge(status: InvoiceStatus): Html {
  return html`<span class="badge ${status}"><span aria-hidden="true">${SIGNS[status]}</span> ${status}</span>`;
}
