import type { WithheldReason } from '@countersign/gateway-protocol';
import type { ReadResponse } from '../http1/response-reader.js';

/** An answer that must not reach the client, or not any further. The message is for the client: it repeats nothing of the answer. */
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
 * Changes the body of an answer while it passes. This is the one place where the gateway changes what an upstream answers. The record
 * and the budget count the bytes of the upstream, whatever leaves for the client. The head is sent with the first byte that does.
 */
export interface AnswerBody {
  /** The bytes to send in place of the next piece. Empty if it holds them back. Throws AnswerWithheld. */
  pass(piece: Buffer): Buffer;
  /** What it still holds back when the body has ended. Throws AnswerWithheld. */
  rest(): Buffer;
  /** The fields of the head, names and values in turn, without those that are false for the changed body or tell of the other one. */
  fields(given: readonly string[]): string[];
  /** How many fields of the answer were masked so far. */
  readonly maskedFields?: number | undefined;
}

/** Decides by the head of an answer whether its body is changed. Undefined: it passes as it is. Throws AnswerWithheld. */
export type ChangeAnswer = (head: ReadResponse) => AnswerBody | undefined;

/** Fields that describe the bytes of the body as the upstream sends them. They are false once the body is changed. */
const OF_THE_BYTES: ReadonlySet<string> = new Set(['content-length', 'accept-ranges']);

/** The fields, names and values in turn, for an answer whose body is changed. Its length shows only at its end. */
export function fieldsOfChanged(fields: readonly string[]): string[] {
  return fields.filter((_, at) => !OF_THE_BYTES.has(fields[at - (at % 2)] ?? ''));
}
