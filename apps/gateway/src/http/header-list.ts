import { isRefusedHeader } from '@countersign/contract';
import { AmbiguousRequest, requireUnambiguous } from './refusals.js';

/** Node silently drops header fields after about a thousand. We refuse long before that, so we see every field. */
const MAX_FIELDS = 200;
const NAME = /^[A-Za-z0-9-]+$/;
/** Visible ASCII, space and tab. */
const VALUE = /^[\t\x20-\x7e]*$/;
/** A list of connection options (RFC 9110 §7.6.1). Each option names a field that is not forwarded. */
const CONNECTION_OPTIONS = /^[\t ]*[A-Za-z0-9-]+(?:[\t ]*,[\t ]*[A-Za-z0-9-]+)*[\t ]*$/;

/** Fields that must not occur twice, because readers disagree on which one counts. */
const SINGLE = new Set([
  'host',
  'authorization',
  'content-length',
  'transfer-encoding',
  'content-type',
  'content-encoding',
  'expect',
  'cookie',
]);
/** What says how the body is read (RFC 9110 §8.3 to §8.7, §14.4). */
const OF_THE_BODY = /^content-/;

/** The header fields of a request in their order. Names are in lower case. */
export class HeaderList {
  private constructor(readonly fields: readonly (readonly [name: string, value: string])[]) {}

  /**
   * Reads `rawHeaders`, never the merged `headers`, which drop, join and choose. Throws AmbiguousRequest for more than
   * 200 fields; a name that is not letters, digits and `-` (some servers read `_` as `-`); a value outside visible
   * ASCII; a second value of a field that decides something; a method override; an upgrade; announced trailers; a
   * `Connection` value that is no list of names, or that names a field which decides something: the checks would see
   * that field, and the upstream would not (RFC 9110 §7.6.1 forbids it).
   */
  static read(rawHeaders: readonly string[]): HeaderList {
    requireUnambiguous(rawHeaders.length <= MAX_FIELDS * 2, 'more than 200 header fields');
    const fields: [string, string][] = [];
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const given = rawHeaders[at] ?? '';
      const value = rawHeaders[at + 1] ?? '';
      requireUnambiguous(NAME.test(given), 'a header name has a character other than letters, digits and -');
      requireUnambiguous(VALUE.test(value), 'a header value has a character other than visible ASCII');
      const name = given.toLowerCase();
      if (isRefusedHeader(name)) throw new AmbiguousRequest(`${name} is not accepted`);
      if (SINGLE.has(name) && fields.some(([field]) => field === name)) throw duplicateField(name);
      requireUnambiguous(
        name !== 'connection' || CONNECTION_OPTIONS.test(value),
        'Connection is not a list of names',
      );
      fields.push([name, value]);
    }
    const list = new HeaderList(fields);
    for (const option of connectionOptions(list.all('connection')) ?? [])
      requireUnambiguous(
        !SINGLE.has(option) && !OF_THE_BODY.test(option),
        'Connection names a field that is not of the connection',
      );
    return list;
  }

  /** All values of a field, in order. */
  all(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.fields.filter(([field]) => field === wanted).map(([, value]) => value);
  }

  /**
   * The one value of a field, by its name in lower case, or undefined. Throws AmbiguousRequest if there are several.
   */
  one(name: string): string | undefined {
    let found: string | undefined;
    for (const [field, value] of this.fields) {
      if (field !== name) continue;
      if (found !== undefined) throw duplicateField(name);
      found = value;
    }
    return found;
  }
}

function duplicateField(name: string): AmbiguousRequest {
  return new AmbiguousRequest(`${name} is given twice`);
}

/**
 * The field names, in lower case, that the values of a `Connection` header list: those fields are not forwarded (RFC
 * 9110 §7.6.1). Undefined if it lists none.
 */
export function connectionOptions(values: readonly string[]): Set<string> | undefined {
  const options = values.filter((value) => value !== 'keep-alive' && value !== 'close');
  if (options.length === 0) return undefined;
  return new Set(
    options.flatMap((value) =>
      value
        .toLowerCase()
        .split(',')
        .map((option) => option.trim()),
    ),
  );
}
