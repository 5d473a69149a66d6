import type { Masking } from '@countersign/authorization';
import { isJsonType } from '@countersign/contract';
import { valuesOf, withoutFields } from '../../http1/fields.js';
import { type AnswerBody, AnswerWithheld, type ChangeAnswer } from '../answer-body.js';
import { MAX_DROPPED, type SelectedHeaders } from '../forwarded-headers.js';
import { fieldTree } from './field-tree.js';
import { JsonFault, JsonRewriter } from './json-rewriter.js';

/** Replaces every masked value, whatever its type and length, so that it reveals nothing about the value. */
export const MASK = Buffer.from('"***"');

/** How much of a rewritten body is held back at first. If these bytes show a fault, the client still gets an ordinary refusal. */
const HELD_BYTES = 65_536;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Replaces fields of one answer. Nothing is sent before 64 KiB, or the whole body, have passed the rewriter: the client never sees
 * the beginning of a short answer that turns out to be faulty.
 */
class RewrittenBody implements AnswerBody {
  private readonly json: JsonRewriter;
  /** Bytes that are held back; undefined once they have been released. */
  private backlog: Buffer[] | undefined = [];
  private heldBytes = 0;

  constructor(
    fields: readonly string[],
    private readonly replacement: Replacement,
  ) {
    this.json = new JsonRewriter(fieldTree(fields), replacement);
  }

  get maskedFields(): number | undefined {
    return this.replacement === MASK ? this.json.replaced : undefined;
  }

  pass(piece: Buffer): Buffer {
    const passed = withheldIfFaulty(() => this.json.push(piece));
    if (this.backlog === undefined) return Buffer.concat(passed);
    for (const part of passed) {
      this.backlog.push(part);
      this.heldBytes += part.length;
    }
    return this.heldBytes > HELD_BYTES ? this.release() : NOTHING;
  }

  rest(): Buffer {
    withheldIfFaulty(() => this.json.end());
    return this.release();
  }

  fields(answerFields: readonly string[]): string[] {
    return withoutFields(answerFields, (name) => !mayPass(name));
  }

  private release(): Buffer {
    const { backlog = [] } = this;
    this.backlog = undefined;
    return Buffer.concat(backlog);
  }
}

function withheldIfFaulty<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof JsonFault ? new AnswerWithheld('malformed', error.message) : error;
  }
}

/** The JSON value that replaces each field, or a function that makes it from the field's value. It may throw AnswerWithheld. */
type Replacement = Buffer | ((value: Buffer) => Buffer);

/** Masks fields of answers. */
export const maskAnswer = ({ fields, passes }: Masking): ChangeAnswer => rewriteAnswer(fields, passes, MASK);

/**
 * Replaces fields of answers. A body is withheld if it cannot be read whole and in one way: if it is a part (which may itself look
 * like a whole JSON text), is encoded, or is not JSON.
 *
 * @param passes media types that the route lets through unchanged
 */
export function rewriteAnswer(
  pointers: readonly string[],
  passes: readonly string[],
  replacement: Replacement,
): ChangeAnswer {
  return ({ fields, length, hasBody, status }) => {
    // Header fields may still describe the body, for example in the answer to HEAD.
    if (!hasBody || length === 0) return new RewrittenBody([], replacement);
    if (status === 206 || valuesOf(fields, 'content-range').length > 0)
      throw new AnswerWithheld('partial', 'the service answered with a part of the body');
    const encodings = valuesOf(fields, 'content-encoding');
    if (encodings.some((value) => value !== '' && value.toLowerCase() !== 'identity'))
      throw new AnswerWithheld('encoded', 'the service encoded the body although it was asked not to');
    const { type, isUtf8 } = typeOf(valuesOf(fields, 'content-type'));
    if (isJsonType(type) && isUtf8) return new RewrittenBody(pointers, replacement);
    if (passes.includes(type)) return undefined;
    throw new AnswerWithheld('not_json', 'the body is not JSON in UTF-8, so its fields cannot be found');
  };
}

/** The media type in lower case, and whether no parameter says that the text is in another charset. Empty without exactly one type. */
function typeOf(values: readonly string[]): { type: string; isUtf8: boolean } {
  const [value = ''] = values;
  if (values.length !== 1 || value.includes(',')) return { type: '', isUtf8: false };
  const [type = '', ...parameters] = value.split(';').map((part) => part.trim().toLowerCase());
  const charsets = parameters.filter((parameter) => parameter.startsWith('charset'));
  return { type, isUtf8: charsets.every((charset) => /^charset="?utf-8"?$/.test(charset)) };
}

/**
 * Request headers that must not reach the upstream. Encodings and ranges would make the answer something other than the whole body in
 * plain bytes. Conditions on a hash of the body would let a client test guesses of masked values.
 */
const LEFT_OUT: ReadonlySet<string> = new Set(['accept-encoding', 'range', 'if-range', 'if-none-match']);

/**
 * The `Accept` that the upstream receives. The pointers describe the usual form of its answers. Many services can send the same data
 * in another form (JSON:API, HAL, GeoJSON), in which the pointers do not find the fields. A client must not choose such a form. So
 * only `application/json`, the wildcard for any type and the types that pass are kept. If none is left, the wildcard is sent.
 */
function askedTypes(accept: string, passes: readonly string[]): string {
  const mayAsk = new Set(['application/json', '*/*', ...passes]);
  const types = accept.split(',').map((range) => (range.split(';')[0] ?? '').trim().toLowerCase());
  const languages = [...new Set(types.filter((type) => mayAsk.has(type)))];
  return languages.length === 0 ? '*/*' : languages.join(', ');
}

/**
 * The header fields for an upstream whose answer is rewritten. The record names those that are left out or changed, like other dropped headers.
 *
 * @param passes media types that pass as they are
 */
export function headersForMasking(
  { passed, dropped }: SelectedHeaders,
  method: string,
  passes: readonly string[],
): SelectedHeaders {
  const isRead = method === 'GET' || method === 'HEAD';
  const tail = passed.filter((_, at) => passed[at - 1] === 'accept' && at % 2 === 1).join(',');
  const accept = askedTypes(tail, passes);
  const isLeftOut = (name: string) =>
    LEFT_OUT.has(name) || (isRead && name === 'if-match') || (name === 'accept' && tail !== accept);
  const others: string[] = [];
  const named = [...dropped];
  for (let at = 0; at < passed.length; at += 2) {
    const [name, value] = [passed[at] as string, passed[at + 1] as string];
    if (!isLeftOut(name)) others.push(name, value);
    else if (named.length < MAX_DROPPED && !named.includes(name)) named.push(name);
  }
  if (tail !== accept) others.push('accept', accept);
  others.push('accept-encoding', 'identity');
  return { passed: others, dropped: named };
}

/**
 * The response headers that pass, because they say nothing of the original body. All others are left out, also those that no one
 * knows today: from a length or a hash of the body, a client could find a short value by trying.
 */
const PASSES: ReadonlySet<string> = new Set([
  ...['age', 'cache-control', 'date', 'expires', 'last-modified', 'pragma', 'vary'],
  ...['allow', 'content-language', 'content-location', 'content-type', 'link', 'location', 'refresh'],
  ...['preference-applied', 'retry-after', 'set-cookie', 'www-authenticate', 'deprecation', 'sunset'],
  ...['content-security-policy', 'content-security-policy-report-only', 'permissions-policy'],
  ...['referrer-policy', 'timing-allow-origin', 'x-content-type-options', 'x-frame-options', 'x-robots-tag'],
  ...['traceparent', 'x-correlation-id', 'x-request-id', 'countersign-record'],
  ...['x-next-page', 'x-page', 'x-per-page', 'x-prev-page', 'x-total', 'x-total-count', 'x-total-pages'],
]);
const PASSING_PREFIXES = /^(?:access-control-|cross-origin-|ratelimit|x-rate-?limit)/;

function mayPass(name: string): boolean {
  const lower = name.toLowerCase();
  return PASSES.has(lower) || PASSING_PREFIXES.test(lower);
}
