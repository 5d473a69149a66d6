import { createHash } from 'node:crypto';

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that is safe to send. Use the `html` tag, which escapes; `new Html` is for text of our own, such as a style. */
export class Html {
  constructor(private readonly markup: string) {}

  toString(): string {
    return this.markup;
  }
}

export type HtmlValue = Html | string | number | null | undefined | HtmlValue[];

/** Builds markup. Values that are not `Html` are escaped, lists are joined, null and undefined are nothing. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(parts.map((part, index) => part + render(values[index])).join(''));
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(render).join('');
  if (value instanceof Html) return value.toString();
  return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/**
 * Colours and type that the demo's pages share: those of the product (apps/web/src/styles/tokens.css). Each page's own style begins
 * with it.
 */
export const BASE_STYLE = `
:root { color-scheme: light dark;
  --ground: light-dark(#fafaf8, #131519); --card: light-dark(#ffffff, #1b1e24); --sunk: light-dark(#f2f3f1, #16181d);
  --ink: light-dark(#16181d, #eceef2); --soft: light-dark(#555b67, #a9b0bc);
  --line: light-dark(#dcdee2, #333842); --edge: light-dark(#7f8591, #7d8594);
  --accent: light-dark(#23408e, #a9bcff); --accent-ground: light-dark(#eef1fa, #20283f);
  --amber: light-dark(#7a4a00, #f0c06a); --green: light-dark(#17663a, #7fd6a3); --red: light-dark(#a41c1c, #ff9f98);
  --shadow: 0 1px 2px light-dark(rgb(20 24 40 / 0.06), rgb(0 0 0 / 0.4)); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 "Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: break-word; }
a { color: var(--accent); text-underline-offset: 3px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
`;

/** The look of the product's bar, for the demo's own pages. */
export const BAR_STYLE = `
.bar { background: var(--card); border-bottom: 1px solid var(--line); }
.bar div { display: flex; flex-wrap: wrap; align-items: center; gap: 0 24px; max-width: 72rem; min-height: 56px; margin: 0 auto; padding: 0 16px; }
.brand { display: inline-flex; align-items: center; gap: 8px; min-height: 44px; font-weight: 640; letter-spacing: -0.01em; }
.brand svg { width: 24px; height: 24px; color: var(--accent); }
.bar span.what { color: var(--soft); font-size: 0.9375rem; }
h1 { font-size: 1.75rem; font-weight: 640; line-height: 1.25; letter-spacing: -0.015em; margin: 0 0 8px; text-wrap: balance; }
@media (max-width: 47.99rem) { h1 { font-size: 1.5rem; } }
`;

/** The product's bar: its mark, and what this page of the demo is. */
export const bar = (what: string): Html =>
  html`<header class="bar"><div><span class="brand"><svg viewBox="0 0 32 32" aria-hidden="true"><g fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"><circle cx="16" cy="16" r="14" stroke-width="2.4"/><path d="m10 16.4 4 4 8-8.6" stroke-width="3"/></g></svg>Countersign</span><span class="what">${what}</span></div></header>`;

/** Names one style or script in a content security policy by its hash, so that no other runs. */
export const sourceHash = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The directive that a page's content security policy needs for the icon below. */
export const ICON_SOURCE = 'img-src data:';

/** A whole page. `head` is further markup for the head. */
export function renderDocument(page: { title: string; style: string; body: Html; head?: Html }): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${page.head}<title>${page.title}</title>
<link rel="icon" href="data:,">
<style>${new Html(page.style)}</style>
</head>
<body>
${page.body}
</body>
</html>
`.toString();
}
