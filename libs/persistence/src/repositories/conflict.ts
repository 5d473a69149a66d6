import { AccessError } from '@countersign/access';
import { causeOf, isUniqueViolation } from '../failures.js';

/**
 * Turns a broken unique rule into the domain's `conflict`: the database is the last to say that a digest has
 * one grant and a person one decision.
 */
export async function orConflict<T>(insert: Promise<T>, message: string): Promise<T> {
  try {
    return await insert;
  } catch (error) {
    if (isUniqueViolation(error)) throw new AccessError('conflict', message, { cause: causeOf(error) });
    throw error;
  }
}
