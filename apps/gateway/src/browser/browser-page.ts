import { createHash } from 'node:crypto';
import { type Language, pickLanguage } from '@countersign/contract';
import type { HeaderList } from '../http/header-list.js';
import type { ServerResponse } from '../http1/server-response.js';
import { browserTexts } from './browser-texts.js';

/** A short page that the gateway shows to a person. */
export type BrowserPage = {
  status: number;
  title: string;
  text: string;
  /** The technical reason, for the person's support. */
  detail?: string | undefined;
  link?: { to: string; label: string } | undefined;
};

/** The language that the browser prefers of those we have. */
export const pageLanguage = (headers: HeaderList): Language =>
  pickLanguage(headers.all('accept-language').join(',').split(','));

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.25rem;color:#1c2430;background:#fff}' +
  'h1{font-size:1.35rem;line-height:1.25}a{color:#1f5fbf}small{color:#5a6472;overflow-wrap:anywhere}' +
  'a.go{display:inline-block;padding:.6rem 1rem;border-radius:.4rem;background:#1f5fbf;color:#fff;text-decoration:none}' +
  '@media(prefers-color-scheme:dark){body{color:#e6e9ee;background:#12161c}small{color:#9aa5b3}a{color:#8ab8ff}a.go{background:#8ab8ff;color:#12161c}}';
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** The page has no script, no frame and no picture, and the policy forbids them: injected markup could do nothing. */
const FIELDS = [
  ...['Content-Type', 'text/html; charset=utf-8', 'Cache-Control', 'no-store'],
  ...[
    'Content-Security-Policy',
    `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  ],
  ...['X-Content-Type-Options', 'nosniff', 'Referrer-Policy', 'no-referrer'],
];

/** Sends the page. `fields`: further header fields, names and values in turn. */
export function sendPage(
  response: ServerResponse,
  language: Language,
  page: BrowserPage,
  fields: readonly string[] = [],
): void {
  if (response.hasBegun || response.isGone) return;
  const { status, title, text, detail, link } = page;
  const body =
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>` +
    (link === undefined
      ? ''
      : `<p><a class="go" href="${escapeHtml(link.to)}">${escapeHtml(link.label)}</a></p>`) +
    (detail === undefined
      ? ''
      : `<p><small>${escapeHtml(browserTexts[language].forSupport)} <span lang="en">${escapeHtml(detail)}</span></small></p>`) +
    '</main></body></html>';
  response.send(status, [...FIELDS, ...fields], body);
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
