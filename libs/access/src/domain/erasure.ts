import { type EventType, TERMS_COMMITMENTS } from '@countersign/contract';
import type { LogSettings } from './log-settings.js';

/** What a leaf is about: its values cannot be erased while that is open, because rules still read them. */
export type ErasureSubject = 'request' | 'invitation' | 'lock' | 'reset';

interface ErasableLeaf {
  fields: readonly string[];
  subject?: ErasureSubject;
}

/**
 * Every personal value of a tenant's log that can be erased, by the type of its leaf. What is not listed is refused: names
 * and addresses of people are the directory's, and settings are in force or were.
 */
const ERASABLE: Partial<Record<EventType, ErasableLeaf>> = {
  'access.allowed': { fields: ['path'] },
  'access.refused': { fields: ['path'] },
  'disclosure.acknowledged': { fields: ['reason'] },
  'disclosure.disputed': { fields: ['reason'] },
  'disclosure.given': { fields: ['reason', 'prevention'] },
  'grant.ended': { fields: ['words'] },
  'hold.set': { fields: ['reason'] },
  'invitation.created': { fields: ['ticket'], subject: 'invitation' },
  'invitation.withdrawn': { fields: ['reason'] },
  'lock.set': { fields: ['reason'], subject: 'lock' },
  'request.answered': { fields: ['answer'], subject: 'request' },
  'request.asked': { fields: ['question'], subject: 'request' },
  'request.forwarded': { fields: ['forward'], subject: 'request' },
  'request.created': { fields: TERMS_COMMITMENTS, subject: 'request' },
  'request.reviewed': { fields: ['reason'], subject: 'request' },
  'trust.reset': { fields: ['reason'], subject: 'reset' },
};

/** What is erased of a leaf of this type, if anything can be. */
export const erasableLeaf = (type: string): ErasableLeaf | undefined =>
  Object.hasOwn(ERASABLE, type) ? ERASABLE[type as EventType] : undefined;

const DAY_MS = 86_400_000;

/** From when the values of a leaf can be erased. */
export const erasableFrom = (at: string, { erasureAfterDays }: LogSettings): Date =>
  new Date(Date.parse(at) + erasureAfterDays * DAY_MS);

/** A value that was erased: the opening is gone, and the log keeps its commitment. */
export interface Erasure {
  commitment: string;
  /** The member that held the commitment. */
  name: string;
  /** Index of the leaf that was named. Other leaves with the same commitment have lost the value too. */
  leaf: number;
  /** Index of the leaf `opening.erased`. */
  event: number;
  /** The tenant's admin who did it. */
  person: string;
  at: string;
}
