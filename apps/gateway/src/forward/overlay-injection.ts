import { BROWSER_PATHS } from '@countersign/gateway-protocol';
import type { CanonicalRequest } from '../http/canonical-request.js';
import { type Fields, valuesOf, withoutFields } from '../http1/fields.js';
import type { ReadResponse } from '../http1/response-reader.js';
import { type AnswerBody, type ChangeAnswer, fieldsOfChanged } from './answer-body.js';
import { allowsOwnOrigin } from './content-security-policy.js';

/** What is added to a page. `defer`: the script neither delays the page nor runs before it is parsed. */
export const OVERLAY_TAG = `<script src="${BROWSER_PATHS.overlay}" defer></script>`;

/** A page whose head begins later than this passes as it is. */
const MAX_HELD_BYTES = 8_192;

/**
 * Charsets in which an ASCII character is one byte with its own value, so that the tag can be added as bytes. If the header names no
 * charset, a page can only choose such a one itself.
 */
const ASCII_CHARSET = /^(?:utf-8|us-ascii|iso-8859-\d{1,2}|windows-125\d)$/;
/**
 * Header fields with which a page must not be changed. Most are hashes of the bytes (RFC 9530, RFC 1864, RFC 3230).
 * `integrity-policy` requires a hash of each script, which the tag does not have.
 */
const FORBIDS_CHANGES: ReadonlySet<string> = new Set([
  ...['content-digest', 'repr-digest', 'digest', 'content-md5', 'integrity-policy'],
]);

/**
 * Whether a call may get a page to which the overlay is added: a person opens it in a tab of a browser that has a session. A browser
 * sends each of these fields once. A request that has one twice gets no overlay; it is not refused, because it has its record by now.
 */
export function opensPage({ method, origin, headers }: CanonicalRequest): boolean {
  return (
    origin !== undefined &&
    method === 'GET' &&
    !headers.has('authorization') &&
    headers.all('sec-fetch-mode').join() === 'navigate' &&
    headers.all('sec-fetch-dest').join() === 'document'
  );
}

/** Makes the header fields for the upstream, names and values in turn, request a page without compression. */
export function requestUncompressed(fields: readonly string[]): string[] {
  const others = withoutFields(fields, (name) => name === 'accept-encoding');
  return [...others, 'accept-encoding', 'identity'];
}

/** Adds the overlay to the pages of a service at this origin. */
export const addOverlay =
  (origin: string): ChangeAnswer =>
  (head) =>
    takesOverlay(head, origin) ? new OverlayInjection() : undefined;

/** Whether an answer is a whole, uncompressed HTML page whose policies permit a script of its own origin and that script's calls. */
export function takesOverlay({ status, fields, hasBody }: ReadResponse, origin: string): boolean {
  const all = (name: string) => valuesOf(fields, name);
  const policies = all('content-security-policy');
  return (
    hasBody &&
    status !== 206 &&
    isPlainHtml(all('content-type')) &&
    !all('content-disposition').some((value) => /^\s*attachment\b/i.test(value)) &&
    all('content-encoding').every((coding) => coding.trim().toLowerCase() === 'identity') &&
    !all('cache-control').some((value) => /(?:^|[\s,])no-transform(?=[\s,]|$)/i.test(value)) &&
    !hasAny(fields, FORBIDS_CHANGES) &&
    allowsOwnOrigin(policies, origin, 'script-src-elem') &&
    allowsOwnOrigin(policies, origin, 'connect-src')
  );
}

const hasAny = (fields: Fields, names: ReadonlySet<string>): boolean =>
  fields.some(([name]) => names.has(name));

function isPlainHtml(types: readonly string[]): boolean {
  const [type = '', ...parameters] = types.length === 1 ? (types[0] ?? '').split(';') : [];
  if (type.trim().toLowerCase() !== 'text/html') return false;
  const charsets = parameters.flatMap((parameter) => {
    const [name = '', value = ''] = parameter.split('=');
    return name.trim().toLowerCase() === 'charset' ? [value.trim().replaceAll('"', '').toLowerCase()] : [];
  });
  return charsets.every((charset) => ASCII_CHARSET.test(charset));
}

/**
 * Adds the tag at the beginning of a page's head. It reads only what comes before that place:
 *
 *     page  = [ BOM ] *( space / comment ) [ doctype ] *( space / comment ) [ <html> ] *( space / comment ) [ <head> ]
 *
 * There has to be a doctype or `<html>`: a fragment is not a page. A page that it does not recognise passes unchanged, because a tag
 * in the wrong place would break the page. So the tag is never added within a comment, a script or an attribute.
 */
export class OverlayInjection implements AnswerBody {
  private tail: Buffer = Buffer.alloc(0);
  private readonly start = new PageStart();
  private isDone = false;

  pass(piece: Buffer): Buffer {
    if (this.isDone) return piece;
    this.tail = this.tail.length === 0 ? piece : Buffer.concat([this.tail, piece]);
    const place = this.start.find(this.tail.subarray(0, MAX_HELD_BYTES).toString('latin1'));
    if (place === 'unknown' && this.tail.length < MAX_HELD_BYTES) return NOTHING;
    return this.release(typeof place === 'number' ? place : undefined);
  }

  rest(): Buffer {
    return this.isDone ? NOTHING : this.release(undefined);
  }

  fields(answerFields: readonly string[]): string[] {
    return fieldsOfChanged(answerFields);
  }

  private release(place: number | undefined): Buffer {
    const { tail } = this;
    this.isDone = true;
    this.tail = NOTHING;
    if (place === undefined) return tail;
    return Buffer.concat([tail.subarray(0, place), TAG, tail.subarray(place)]);
  }
}

const NOTHING: Buffer = Buffer.alloc(0);
const TAG = Buffer.from(OVERLAY_TAG, 'latin1');

const SPACE = /[\t\n\f\r ]*/y;
/** An attribute as authors write it. It has no `>`, so the first one ends the tag, however much of the page has arrived. */
const ATTRIBUTE = String.raw`[\t\n\f\r ]+[^\t\n\f\r "'<>/=]+(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:"[^">]*"|'[^'>]*'|[^\t\n\f\r "'=<>\x60]+))?`;
const TAG_OF = (name: string) => new RegExp(`<${name}(?:${ATTRIBUTE})*[\\t\\n\\f\\r ]*>`, 'iy');
const DOCTYPE = /<!doctype[\t\n\f\r ]+html[^>]*>/iy;
const HTML = TAG_OF('html');
const HEAD = TAG_OF('head');
/** The beginning of any tag except `<html` and `<head`: those are read above, or have an attribute that is not recognised. */
const OTHER_TAG = /<(?!(?:html|head)(?![a-z0-9-]))[a-z][^\t\n\f\r />]*[\t\n\f\r />]/iy;
const BOM = '\u00ef\u00bb\u00bf';

/** Finds the place of the tag while a page arrives. Each search continues after the parts that it has read. */
class PageStart {
  private at = 0;
  private readonly seen = { doctype: false, html: false };

  /** @returns the place; `unknown` while more of the page is needed; `none` if the page takes no tag */
  find(text: string): number | 'unknown' | 'none' {
    if (this.at === 0 && text.startsWith(BOM)) this.at = BOM.length;
    for (;;) {
      const space = endOf(SPACE, text, this.at) ?? this.at;
      if (space === text.length) return 'unknown';
      if (text[space] !== '<') return BOM.startsWith(text) ? 'unknown' : 'none';
      const close = text.indexOf('>', space);
      const comment = text.startsWith('<!--', space);
      if (close === -1 && !isOtherTag(text, space)) return 'unknown';
      const end = comment ? endOfComment(text, space) : this.endOfPart(text, space);
      if (end === undefined) return comment ? 'unknown' : this.placeOf(text, space);
      if (end === 'none') return 'none';
      this.at = end.at;
      if (end.isHead) return end.at;
    }
  }

  /** Reads a doctype, `<html>` or `<head>`, each at most once and in this order. */
  private endOfPart(text: string, from: number): { at: number; isHead: boolean } | undefined {
    const { seen } = this;
    const doctype = seen.doctype || seen.html ? undefined : endOf(DOCTYPE, text, from);
    if (doctype !== undefined) {
      seen.doctype = true;
      return { at: doctype, isHead: false };
    }
    const html = seen.html ? undefined : endOf(HTML, text, from);
    if (html !== undefined) {
      seen.html = true;
      return { at: html, isHead: false };
    }
    const head = seen.doctype || seen.html ? endOf(HEAD, text, from) : undefined;
    return head === undefined ? undefined : { at: head, isHead: true };
  }

  /** A page may leave out `<html>` and `<head>`. Then the overlay's tag is added before the first other tag, and so begins the head. */
  private placeOf(text: string, from: number): number | 'unknown' | 'none' {
    const { doctype, html } = this.seen;
    if (!doctype && !html) return text.includes('>', from) ? 'none' : 'unknown';
    return isOtherTag(text, from) ? from : 'none';
  }
}

const isOtherTag = (text: string, from: number): boolean => endOf(OTHER_TAG, text, from) !== undefined;

function endOf(pattern: RegExp, text: string, from: number): number | undefined {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** The end of a comment as the HTML standard reads it: `<!-->` is whole. `--!>` ends one too, but no author writes that. */
function endOfComment(text: string, from: number): { at: number; isHead: false } | 'none' | undefined {
  const close = text.indexOf('-->', from + 2);
  const comment = text.slice(from, close === -1 ? undefined : close);
  if (comment.includes('--!')) return 'none';
  return close === -1 ? undefined : { at: close + 3, isHead: false };
}
