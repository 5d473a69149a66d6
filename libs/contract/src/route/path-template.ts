import { foldSegment } from '../resource/fold.js';
import { type ParameterPattern, readParameterPattern } from './parameter-pattern.js';

const NAME = '[A-Za-z][A-Za-z0-9_]*';
/** What a pattern may be written with; `readParameterPattern` has its rules. */
const PATTERN = '(?:[!-.0-z|~]|\\{[0-9]{1,3}(?:,[0-9]{1,3})?\\})+';
// A literal is a path segment of RFC 3986 without `;` and percent-encoding. The gateway refuses those anyway.
const SEGMENT = `(?:\\{${NAME}(?::${PATTERN})?\\}|[A-Za-z0-9._~!$&'()*+,=:@-]+)`;

/** The form of the path of a route: `/tenants/{tenant}/invoices/{id:int}`. */
export const PATH_TEMPLATE = new RegExp(`^/(?:${SEGMENT}(?:/${SEGMENT})*/?)?$`);

const PARAMETER = /^\{([^:]+)(?::(.+))?\}$/;

/** Segments of a path template or of a call's path. `/` has none. */
export function pathSegments(path: string): string[] {
  if (path === '/') return [];
  // `split` takes twice as long, and this runs at every call.
  const segments: string[] = [];
  let start = 1;
  for (let end = path.indexOf('/', start); end !== -1; end = path.indexOf('/', start)) {
    segments.push(path.slice(start, end));
    start = end + 1;
  }
  segments.push(path.slice(start));
  return segments;
}

/** The name in `{name}` or `{name:pattern}`. Undefined for a literal segment. */
export function parameterName(segment: string): string | undefined {
  return PARAMETER.exec(segment)?.[1];
}

/** The pattern in `{name:pattern}`, or in words why it is none. Undefined for a literal, and for a parameter that takes any value. */
export function parameterPattern(segment: string): ParameterPattern | { problem: string } | undefined {
  const text = PARAMETER.exec(segment)?.[2];
  return text === undefined ? undefined : readParameterPattern(text);
}

/** Whether a parameter may have this pattern. */
export const isParameterPattern = (text: string): boolean => {
  const pattern = PATH_TEMPLATE.test(`/{name:${text}}`) ? readParameterPattern(text) : undefined;
  return pattern !== undefined && !('problem' in pattern);
};

/** The path without the patterns of its parameters: `/invoices/{id:int}` → `/invoices/{id}`. */
export function plainPath(path: string): string {
  if (!path.includes(':')) return path;
  const segments = pathSegments(path).map((segment) => {
    const name = parameterName(segment);
    return name === undefined ? segment : `{${name}}`;
  });
  return `/${segments.join('/')}`;
}

/** The segments as a service that reads loosely compares them, without a final slash. Undefined is a parameter. */
export function foldedSegments(path: string): (string | undefined)[] {
  const segments = pathSegments(path).map((segment) =>
    parameterName(segment) === undefined ? foldSegment(segment) : undefined,
  );
  return segments.at(-1) === '' ? segments.slice(0, -1) : segments;
}
