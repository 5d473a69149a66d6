import { isRefusedHeader } from '@countersign/contract';
import { AmbiguousRequest, demand } from './ambiguous.js';

/** Node silently drops header fields past about a thousand; long before that we refuse, and see every one. */
const MAX_FIELDS = 200;
const NAME = /^[A-Za-z0-9-]+$/;
/** Visible ASCII, space and tab. */
const VALUE = /^[\t\x20-\x7e]*$/;
/** A list of connection options (RFC 9110 §7.6.1), each of which names a field that goes no further. */
const OPTIONS = /^[\t ]*[A-Za-z0-9-]+(?:[\t ]*,[\t ]*[A-Za-z0-9-]+)*[\t ]*$/;

/** Fields that must not come twice, since readers disagree on which one counts. */
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

/** The header fields of a request as they came, in order. Names in lower case. */
export class HeaderList {
  private constructor(readonly fields: readonly (readonly [name: string, value: string])[]) {}

  /**
   * Reads `rawHeaders` (never the merged `headers`, which drop, join and pick). Throws AmbiguousRequest for more than
   * 200 fields, a name that is not letters, digits and `-` (some servers read `_` as `-`), a value outside visible
   * ASCII, a second value of a field that decides something, a method override, an upgrade, announced trailers,
   * a `Connection` that is no list of names.
   */
  static read(rawHeaders: readonly string[]): HeaderList {
    demand(rawHeaders.length <= MAX_FIELDS * 2, 'more than 200 header fields');
    const fields: [string, string][] = [];
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const given = rawHeaders[at] ?? '';
      const value = rawHeaders[at + 1] ?? '';
      demand(NAME.test(given), 'a header name is not of letters, digits and -');
      demand(VALUE.test(value), 'a header value is not of visible ASCII');
      const name = given.toLowerCase();
      if (isRefusedHeader(name)) throw new AmbiguousRequest(`${name} is not accepted`);
      if (SINGLE.has(name) && fields.some(([field]) => field === name)) throw givenTwice(name);
      demand(name !== 'connection' || OPTIONS.test(value), 'Connection is not a list of names');
      fields.push([name, value]);
    }
    return new HeaderList(fields);
  }

  /** All values of a field, in order. */
  all(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.fields.filter(([field]) => field === wanted).map(([, value]) => value);
  }

  /** The one value of a field, by its name in lower case, or undefined. Throws AmbiguousRequest where there are several. */
  one(name: string): string | undefined {
    let found: string | undefined;
    for (const [field, value] of this.fields) {
      if (field !== name) continue;
      if (found !== undefined) throw givenTwice(name);
      found = value;
    }
    return found;
  }
}

function givenTwice(name: string): AmbiguousRequest {
  return new AmbiguousRequest(`${name} is given twice`);
}
