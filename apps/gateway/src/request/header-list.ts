import { AmbiguousRequest, demand } from './ambiguous.js';

/** Node silently drops header fields past about a thousand; long before that we refuse, and see every one. */
const MAX_FIELDS = 200;
const NAME = /^[A-Za-z0-9-]+$/;
/** Visible ASCII, space and tab. */
const VALUE = /^[\t\x20-\x7e]*$/;

/** Fields that must not come twice: readers disagree on which one counts. */
const SINGLE = [
  'host',
  'authorization',
  'content-length',
  'transfer-encoding',
  'content-type',
  'content-encoding',
  'expect',
  'cookie',
];

/** Fields by which a client asks for another method than the one that was judged, or for another protocol. */
const REFUSED = [
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'upgrade',
  'http2-settings',
  'trailer',
];

/** The header fields of a request as they came, in order. Names in lower case. */
export class HeaderList {
  private constructor(readonly fields: readonly (readonly [name: string, value: string])[]) {}

  /**
   * Reads `rawHeaders` (never the merged `headers`, which drop, join and pick). Throws AmbiguousRequest for more than
   * 200 fields, a name that is not letters, digits and `-` (some servers read `_` as `-`), a value outside visible
   * ASCII, a second value of a field that decides something, a method override, an upgrade, announced trailers.
   */
  static read(rawHeaders: readonly string[]): HeaderList {
    demand(rawHeaders.length <= MAX_FIELDS * 2, 'more than 200 header fields');
    const fields: [string, string][] = [];
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const name = rawHeaders[at] ?? '';
      const value = rawHeaders[at + 1] ?? '';
      demand(NAME.test(name), 'a header name is not of letters, digits and -');
      demand(VALUE.test(value), 'a header value is not of visible ASCII');
      fields.push([name.toLowerCase(), value]);
    }
    const list = new HeaderList(fields);
    for (const name of SINGLE) demand(list.all(name).length <= 1, `${name} is given twice`);
    for (const name of REFUSED) demand(list.all(name).length === 0, `${name} is not accepted`);
    return list;
  }

  /** All values of a field, in order. */
  all(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.fields.filter(([field]) => field === wanted).map(([, value]) => value);
  }

  /** The one value of a field, or undefined. Throws AmbiguousRequest where there are several. */
  one(name: string): string | undefined {
    const values = this.all(name);
    if (values.length > 1) throw new AmbiguousRequest(`${name} is given twice`);
    return values[0];
  }
}
