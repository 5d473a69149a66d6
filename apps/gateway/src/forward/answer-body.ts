import type { WithheldReason } from '@countersign/gateway-protocol';
import { withoutFields } from '../http1/fields.js';
import type { ReadResponse } from '../http1/response-reader.js';

/** An answer, or the rest of it, must not reach the client. The message is for the client, so it repeats nothing of the answer. */
export class AnswerWithheld extends Error {
  override readonly name = 'AnswerWithheld';

  constructor(
    readonly reason: WithheldReason,
    detail: string,
  ) {
    super(detail);
  }
}

/**
 * Changes the body of an answer while it passes. Only implementations of this interface change the body of an answer. The record
 * and the budget count the bytes that the client gets. The head is sent with the first byte that the client gets.
 */
export interface AnswerBody {
  /** Takes the next piece. Returns the bytes to send now; empty if all are held back. Throws AnswerWithheld. */
  pass(piece: Buffer): Buffer;
  /** Called when the body has ended. Returns the bytes that were still held back. Throws AnswerWithheld. */
  rest(): Buffer;
  /** The header fields, names and values in turn, without those that are wrong for the changed body or reveal the original one. */
  fields(answerFields: readonly string[]): string[];
  /** How many fields of the answer were masked so far. */
  readonly maskedFields?: number | undefined;
}

/** Decides from the head of an answer whether its body is changed. Returns undefined if it passes as it is. Throws AnswerWithheld. */
export type ChangeAnswer = (head: ReadResponse) => AnswerBody | undefined;

/** Header fields that describe the bytes of the upstream's body. They are wrong once the body is changed. */
const DESCRIBES_BYTES: ReadonlySet<string> = new Set(['content-length', 'accept-ranges']);

/** The header fields, names and values in turn, for an answer whose body is changed. Its length is known only at its end. */
export function fieldsOfChanged(fields: readonly string[]): string[] {
  return withoutFields(fields, (name) => DESCRIBES_BYTES.has(name));
}
