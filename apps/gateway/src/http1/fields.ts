import { MalformedMessage, requirePlain } from './malformed-message.js';

/** The field lines of a message in their order. Names are in lower case. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** What names and values may consist of. */
export type FieldAlphabet = { name: RegExp; nameRule: string; value: RegExp; valueRule: string };

/** Requests: some servers read `_` and other marks in a name as `-`, and bytes beyond ASCII in a value differently. */
export const OF_REQUESTS: FieldAlphabet = {
  name: /^[A-Za-z0-9-]+$/,
  nameRule: 'a header name has a character other than letters, digits and -',
  value: /^[\t\x20-\x7e]*$/,
  valueRule: 'a header value has a character other than visible ASCII',
};

/** Responses: what RFC 9110 §5.1 and §5.5 permit, including bytes beyond ASCII. */
export const OF_RESPONSES: FieldAlphabet = {
  name: /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/,
  nameRule: 'a header name is no token',
  value: /^[\t\x20-\x7e\x80-\xff]*$/,
  valueRule: 'a header value has a control character',
};

const SPACE = 0x20;
const TAB = 0x09;

/**
 * Parses the field lines of a head (RFC 9112 §5), from an offset to the end of the text:
 *
 *     field-line = field-name ":" OWS field-value OWS CRLF
 *     OWS        = *( SP / HTAB )
 *
 * No space before the colon, no line that continues the one before (obs-fold), no bare CR or LF. Beside a value that says
 * how the body ends, only spaces are blanks: readers disagree on tabs there. Throws MalformedMessage.
 */
export function parseFields(text: string, from: number, alphabet: FieldAlphabet): Fields {
  const fields: (readonly [string, string])[] = [];
  for (let at = from; at < text.length; ) {
    const lineEnd = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    // If the line has no end, `lineEnd` is -1, and no colon is before it.
    requirePlain(colon !== -1 && colon < lineEnd, 'a header line has no colon');
    const fieldName = text.slice(at, colon);
    if (!alphabet.name.test(fieldName)) throw new MalformedMessage(alphabet.nameRule);
    let begin = colon + 1;
    let end = lineEnd;
    // Neither loop leaves the line: the first ends at the CR, the second at the colon. If all are blanks, `end` is before `begin`, and
    // the value is empty.
    while (isBlank(text.charCodeAt(begin))) begin += 1;
    while (isBlank(text.charCodeAt(end - 1))) end -= 1;
    const value = text.slice(begin, end);
    if (!alphabet.value.test(value)) throw new MalformedMessage(alphabet.valueRule);
    const name = fieldName.toLowerCase();
    if (isFraming(name)) requirePlain(text.lastIndexOf('\t', lineEnd) < colon, `a tab beside ${name}`);
    fields.push([name, value]);
    at = lineEnd + 2;
  }
  return fields;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function isFraming(name: string): boolean {
  return name === 'content-length' || name === 'transfer-encoding';
}

/**
 * The one value of a field, by its name in lower case; undefined if it is absent. Throws MalformedMessage if it is given
 * more than once: readers disagree on which one counts.
 */
export function onlyValue(fields: Fields, name: string): string | undefined {
  let found: string | undefined;
  for (const [field, value] of fields) {
    if (field !== name) continue;
    if (found !== undefined) throw new MalformedMessage(`${name} is given twice`);
    found = value;
  }
  return found;
}

/** All values of a field, by its name in lower case, in their order. */
export function valuesOf(fields: Fields, name: string): string[] {
  const values: string[] = [];
  for (const [field, value] of fields) if (field === name) values.push(value);
  return values;
}

/** A list of names and values in turn, without some of its fields. */
export function withoutFields(flat: readonly string[], isLeftOut: (name: string) => boolean): string[] {
  return flat.filter((_, at) => !isLeftOut(flat[at - (at % 2)] as string));
}
