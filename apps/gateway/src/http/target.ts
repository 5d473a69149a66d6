import { AmbiguousRequest, requireUnambiguous } from './refusals.js';

/** The parts of a request target in origin form. Nothing is decoded or cleaned: odd targets are refused. */
export type Target = {
  /** First path segment; empty for `/`. */
  service: string;
  /** The path after the service, with its leading `/`; empty if the target ends with the service's name. */
  path: string;
  /** With the leading `?`, or empty. */
  query: string;
  /** Decoded parameter names, in order. */
  queryNames: string[];
};

const MAX_LENGTH = 8_192;
/** RFC 3986 `pchar` without `;`: some servers cut a segment there. */
const PATH = /^(?:[A-Za-z0-9._~!$&'()*+,=:@/-]|%[0-9A-F]{2})*$/;
const DOT_SEGMENT = /\/\.\.?(?:\/|$)/;
/**
 * RFC 3986 `query` without `;`, which some servers read as `&`, and with the brackets, braces and bars that clients send
 * as they are. They mean the same as their escapes.
 */
const QUERY = /^(?:[A-Za-z0-9._~!$'()*+,=:@/?&[\]{}|-]|%[0-9A-Fa-f]{2})*$/;
const ESCAPED = /%([0-9A-Fa-f]{2})/g;
/** Characters that structure a path, or would begin an escape if someone decoded twice. They must not be escaped. */
const STRUCTURE = /[/\\%]/;
const UNRESERVED = /[A-Za-z0-9._~-]/;
/** Parameters from which frameworks take a method or a token. */
const REFUSED_NAMES = new Set([
  '_method',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'access_token',
]);

/**
 * Reads a request target. Throws AmbiguousRequest for anything but origin form, for characters outside RFC 3986 and for
 * `;`, in the path for lower-case or needless escapes, for escaped structure, invalid UTF-8, empty and dot segments, and
 * for parameters without a name.
 */
export function readTarget(target: string): Target {
  requireUnambiguous(target.length <= MAX_LENGTH, 'the target is too long');
  requireUnambiguous(target.startsWith('/'), 'the target is not in origin form');
  const mark = target.indexOf('?');
  const fullPath = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? '' : target.slice(mark);
  checkPath(fullPath);
  const cut = fullPath.indexOf('/', 1);
  return {
    service: cut === -1 ? fullPath.slice(1) : fullPath.slice(1, cut),
    path: cut === -1 ? '' : fullPath.slice(cut),
    query,
    queryNames: query === '' ? [] : readQueryNames(query.slice(1)),
  };
}

function checkPath(path: string): void {
  requireUnambiguous(PATH.test(path), 'the path has a forbidden character or a malformed escape');
  if (path.includes('%')) checkEscapes(path);
  // A final slash makes another path, which may have a route of its own. Elsewhere servers drop empty segments.
  requireUnambiguous(!path.includes('//'), 'the path has an empty segment');
  requireUnambiguous(!DOT_SEGMENT.test(path), 'the path has a dot segment');
}

function checkEscapes(path: string): void {
  for (const [, hex] of path.matchAll(ESCAPED)) {
    const char = escapedChar(hex);
    requireUnambiguous(
      !UNRESERVED.test(char) && !STRUCTURE.test(char),
      'the path escapes a character that must not be escaped',
    );
    requireUnambiguous(!isControl(char), 'the path escapes a control character');
  }
  decode(path);
}

function readQueryNames(query: string): string[] {
  requireUnambiguous(QUERY.test(query), 'the query has a forbidden character or a malformed escape');
  requireUnambiguous(!query.includes('%00'), 'the query escapes NUL');
  decode(query);
  // What stands between two `&`, or behind the last, may be nothing: it is no parameter.
  const pairs = query.split('&').filter((pair) => pair !== '');
  return pairs.map((pair) => {
    const name = decode(pair.split('=', 1)[0] ?? '');
    requireUnambiguous(name !== '', 'the query has a parameter without a name');
    requireUnambiguous(
      !REFUSED_NAMES.has(name.toLowerCase()),
      'the query has a parameter that is not accepted',
    );
    return name;
  });
}

function escapedChar(hex: string | undefined): string {
  return String.fromCharCode(Number.parseInt(hex ?? '', 16));
}

function isControl(char: string): boolean {
  return char < ' ' || char === '\x7f';
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AmbiguousRequest('an escape is not UTF-8');
  }
}
