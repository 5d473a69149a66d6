import type { Masking } from '@countersign/authorization';
import { isJsonType } from '@countersign/contract';
import type { Fields } from '../../http1/fields.js';
import { type AnswerBody, AnswerWithheld, type ChangeAnswer } from '../answer-body.js';
import { MAX_DROPPED, type SelectedHeaders } from '../forwarded-headers.js';
import { fieldTree } from './field-tree.js';
import { JsonFault, JsonRewriter } from './json-rewriter.js';

/** Stands in place of every masked value, whatever its type and length, so that it says nothing about the value. */
export const MASK = Buffer.from('"***"');

/** How much of a masked body waits before any of it leaves. A fault in it is still answered with a whole refusal. */
const HELD_BYTES = 65_536;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Replaces fields of one answer. Nothing leaves before 64 KiB have passed the rewriter, or the whole body
 * has: the client never sees the beginning of a short answer that turns out to be faulty.
 */
class RewrittenBody implements AnswerBody {
  private readonly json: JsonRewriter;
  /** What waits. Undefined once it has left. */
  private held: Buffer[] | undefined = [];
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
    if (this.held === undefined) return Buffer.concat(passed);
    for (const part of passed) {
      this.held.push(part);
      this.heldBytes += part.length;
    }
    return this.heldBytes > HELD_BYTES ? this.release() : NOTHING;
  }

  rest(): Buffer {
    withheldIfFaulty(() => this.json.end());
    return this.release();
  }

  fields(given: readonly string[]): string[] {
    return given.filter((_, at) => !TELLS_OF_BODY.test((given[at - (at % 2)] as string).toLowerCase()));
  }

  private release(): Buffer {
    const { held = [] } = this;
    this.held = undefined;
    return Buffer.concat(held);
  }
}

function withheldIfFaulty<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof JsonFault ? new AnswerWithheld('malformed', error.message) : error;
  }
}

/** A JSON value in place of each field; or makes it of the field's value. It may throw AnswerWithheld. */
export type Replacement = Buffer | ((value: Buffer) => Buffer);

/** Masks fields of answers. */
export const maskAnswer = ({ fields, passes }: Masking): ChangeAnswer => rewriteAnswer(fields, passes, MASK);

/**
 * Replaces fields of answers. An answer of a type that the route lets through passes as it is. What cannot be read whole is
 * withheld: a part of a body (a part of a text may be a text too), an encoded one, or one of another type than JSON.
 */
export function rewriteAnswer(
  pointers: readonly string[],
  passes: readonly string[],
  replacement: Replacement,
): ChangeAnswer {
  return ({ fields, length, hasBody, status }) => {
    // Its head may still tell of the body.
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

const valuesOf = (fields: Fields, name: string): string[] =>
  fields.flatMap(([field, value]) => (field === name ? [value] : []));

/** The media type in lower case, and whether no parameter says that the text is in another charset. Empty without exactly one type. */
function typeOf(values: readonly string[]): { type: string; isUtf8: boolean } {
  const [value = ''] = values;
  if (values.length !== 1 || value.includes(',')) return { type: '', isUtf8: false };
  const [type = '', ...parameters] = value.split(';').map((part) => part.trim().toLowerCase());
  const charsets = parameters.filter((parameter) => parameter.startsWith('charset'));
  return { type, isUtf8: charsets.every((charset) => /^charset="?utf-8"?$/.test(charset)) };
}

/**
 * Request headers that would make an answer other than the whole body as it is: encodings, ranges, and conditions on a hash of
 * the body, by which a client could try out masked values.
 */
const ASKS_FOR_LESS: ReadonlySet<string> = new Set(['accept-encoding', 'range', 'if-range', 'if-none-match']);

/** The header fields for an upstream whose answer is masked. What is left out is named like other dropped headers. */
export function headersForMasking({ passed, dropped }: SelectedHeaders, method: string): SelectedHeaders {
  const isRead = method === 'GET' || method === 'HEAD';
  const isLeftOut = (name: string) => ASKS_FOR_LESS.has(name) || (isRead && name === 'if-match');
  const kept: string[] = [];
  const named = [...dropped];
  for (let at = 0; at < passed.length; at += 2) {
    const [name, value] = [passed[at] as string, passed[at + 1] as string];
    if (!isLeftOut(name)) kept.push(name, value);
    else if (named.length < MAX_DROPPED && !named.includes(name)) named.push(name);
  }
  kept.push('accept-encoding', 'identity');
  return { passed: kept, dropped: named };
}

/** Response headers that say how long the unmasked body is, or have a hash of it, from which a short value could be found. */
const TELLS_OF_BODY =
  /^(?:content-length|accept-ranges|etag|digest|content-digest|repr-digest|content-md5|x-amz-checksum-.+|x-goog-hash|x-ms-blob-content-md5)$/;
