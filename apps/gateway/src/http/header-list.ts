import { isRefusedHeader } from '@countersign/contract';
import { connectionOptions } from '../http1/connection-options.js';
import { type Fields, onlyValue, valuesOf } from '../http1/fields.js';
import { AmbiguousRequest, requireUnambiguous } from './refusals.js';

/** Servers behind us read fewer fields than they receive: Node drops those after about a thousand without a word. */
const MAX_FIELDS = 200;
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
]);
/** What a `Connection` option may not remove: the checks would see that field, and the upstream would not. */
const DECIDES = new Set([...SINGLE, 'cookie']);
/** What says how the body is read (RFC 9110 §8.3 to §8.7, §14.4). */
const OF_THE_BODY = /^content-/;
/** What a client sends that would rather speak HTTP/2 (RFC 9110 §7.8). */
const OFFER: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/** The header fields of a request in their order. Names are in lower case. */
export class HeaderList {
  private constructor(readonly fields: readonly (readonly [name: string, value: string])[]) {}

  /**
   * Interprets the field lines of a request. Throws AmbiguousRequest for more than 200 of them; a second value of a field
   * that decides something; a method override; an upgrade; announced trailers; a `Connection` value that is no list of
   * names, or that names a field which decides something (RFC 9110 §7.6.1 forbids it). Two `Cookie` lines are joined (RFC
   * 9113 §8.2.3). An offer to go on in HTTP/2 is left out: a server may ignore it (RFC 9110 §7.8), and it concerns this
   * connection alone.
   */
  static read(lines: Fields): HeaderList {
    requireUnambiguous(lines.length <= MAX_FIELDS, 'more than 200 header fields');
    const fields: (readonly [string, string])[] = [];
    let seen: Set<string> | undefined;
    for (const line of lines) {
      const [name, value] = line;
      if (isRefusedHeader(name)) {
        if (OFFER.has(name) && isHttp2Offer(lines)) continue;
        throw new AmbiguousRequest(`${name} is not accepted`);
      }
      if (SINGLE.has(name)) {
        seen ??= new Set();
        if (seen.has(name)) throw duplicateField(name);
        seen.add(name);
      }
      requireUnambiguous(
        name !== 'connection' || CONNECTION_OPTIONS.test(value),
        'Connection is not a list of names',
      );
      fields.push(line);
    }
    for (const option of connectionOptions(fields))
      requireUnambiguous(
        !DECIDES.has(option) && !OF_THE_BODY.test(option),
        'Connection names a field that is not of the connection',
      );
    return new HeaderList(withOneCookie(fields));
  }

  /** All values of a field, in order. */
  all(name: string): string[] {
    return valuesOf(this.fields, name.toLowerCase());
  }

  /** Whether there is such a field, by its name in lower case. */
  has(name: string): boolean {
    for (const [field] of this.fields) if (field === name) return true;
    return false;
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

/** Whether the fields are the whole of an offer of HTTP/2, as RFC 7540 §3.2 has it: `h2c`, its settings, both named. */
function isHttp2Offer(lines: Fields): boolean {
  const options = connectionOptions(lines);
  const settings = onlyValue(lines, 'http2-settings');
  return (
    onlyValue(lines, 'upgrade') === 'h2c' &&
    settings !== undefined &&
    BASE64URL.test(settings) &&
    options.has('upgrade') &&
    options.has('http2-settings')
  );
}

function withOneCookie(fields: (readonly [string, string])[]): (readonly [string, string])[] {
  const cookies = fields.filter(([name]) => name === 'cookie');
  const [first] = cookies;
  if (first === undefined || cookies.length === 1) return fields;
  const joined = ['cookie', cookies.map(([, value]) => value).join('; ')] as const;
  return fields.flatMap((field) => (field === first ? [joined] : field[0] === 'cookie' ? [] : [field]));
}
