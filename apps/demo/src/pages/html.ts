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

/** Colours and type that the demo's pages share. Each page's own style begins with it. */
export const BASE_STYLE = `
:root { color-scheme: light dark; --ground: #fbfbfa; --card: #fff; --ink: #1b1d22; --soft: #5b6270;
  --line: #dfe1e6; --accent: #1f4b8f; --amber: #8a5a00; --green: #1c6b3c; --red: #a3231f; }
@media (prefers-color-scheme: dark) { :root { --ground: #141519; --card: #1b1d22; --ink: #ececf0; --soft: #a2a8b4;
  --line: #343842; --accent: #8fb4f0; --amber: #e0b050; --green: #77c795; --red: #f08a84; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
`;

/** Names one style or script in a content security policy by its hash, so that no other runs. */
export const sourceHash = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

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
