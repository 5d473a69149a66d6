import { AccessError, type IdempotencyKey } from '@countersign/access';
import type { KeptAnswer } from '../repositories/idempotency.js';

export type SentKey = IdempotencyKey & { now: Date };

/** Whether what is stored under a key still counts. */
export const isKept = ({ expiresAt }: KeptAnswer, { now }: SentKey): boolean =>
  now.getTime() < Date.parse(expiresAt);

/**
 * The first result of a repeated call.
 * @throws AccessError `idempotency_key_reused` if the key came with another body
 */
export function firstResult<T>(answer: KeptAnswer, sent: SentKey): T {
  if (answer.bodyHash !== sent.bodyHash)
    throw new AccessError(
      'idempotency_key_reused',
      'This Idempotency-Key was used with another body in the last 24 hours. Use a new one.',
    );
  return JSON.parse(answer.result) as T;
}

export const usedAtOnce = (): AccessError =>
  new AccessError('conflict', 'This Idempotency-Key was used at the same moment.');
