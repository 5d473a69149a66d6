/** Unreserved characters of RFC 3986 §2.3, and escapes in capitals. */
const SEGMENT = /^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+$/;
/** What no segment may hold, once decoded: characters that structure a path, or begin an escape, and control characters. */
const REFUSED = /[/\\%\p{Cc}\p{Cs}]/u;
/** Reserved characters that `encodeURIComponent` leaves as they are. */
const LEFT_PLAIN = /[!'()*]/g;
/** Reserved characters that may stand in a path as they are (`pchar` of RFC 3986 §3.3); without `;`, where servers cut. */
const PLAIN_IN_PATHS = /[!$&'()*+,=:@]/g;
/** Characters that structure a path or end it, for some server. */
const STRUCTURE = /[/\\.%?#;\p{Cc}]/gu;
/** The full-width solidus (U+FF0F) becomes `/` in NFKC: a service that normalizes would read `..／salaries` as two segments (UAX 15). */
const NORMAL_FORMS = 'NFC NFD NFKC NFKD'.split(' ');

/**
 * The one spelling of a segment of a resource (docs/contract.md, Resources and scope): unreserved characters plain, every
 * other one as the upper-case `%XX` of its UTF-8 bytes. `ann@x.example` → `ann%40x.example`.
 *
 * @param text decoded
 * @returns undefined for text that no segment may hold: empty, a dot segment, or with what `REFUSED` or a normal form makes structure
 */
export function segmentOf(text: string): string | undefined {
  if (text === '' || text === '.' || text === '..' || REFUSED.test(text)) return undefined;
  if (NORMAL_FORMS.some((form) => structureOf(text.normalize(form)) !== structureOf(text))) return undefined;
  return encodeURIComponent(text).replace(LEFT_PLAIN, escapeAscii);
}

const structureOf = (text: string): string => text.match(STRUCTURE)?.join('') ?? '';

/** Whether the value is one segment in its one spelling, and neither `.` nor `..`. */
export function isSegment(value: string): boolean {
  if (!SEGMENT.test(value) || value === '.' || value === '..') return false;
  return !value.includes('%') || segmentOf(decoded(value)) === value;
}

/**
 * The one spelling of a segment of a URL's path, in which reserved characters may stand as they are. Undefined for a
 * segment that no resource may have, and for a needless or lower-case escape.
 */
export function segmentOfPath(segment: string): string | undefined {
  const spelled = segment.replace(PLAIN_IN_PATHS, escapeAscii);
  return isSegment(spelled) ? spelled : undefined;
}

const escapeAscii = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;

/** Empty, which is no segment, for bytes that are not UTF-8. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}
