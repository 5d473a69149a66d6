import type { LockAnswer } from '../api/shapes.js';
import { instantFrom } from './clock.js';
import { facts, table } from './table.js';

const reach = ({ tenant }: LockAnswer): string => tenant ?? 'every tenant';

export const lockText = (lock: LockAnswer, now: Date): string =>
  facts([
    ['lock', lock.id],
    ['locked', `${lock.kind} ${lock.name}`],
    ['for', reach(lock)],
    ['by', `the ${lock.side}`],
    ['why', lock.reason],
    ['until', lock.expiresAt === null ? 'it is lifted' : instantFrom(lock.expiresAt, now)],
  ]);

export function locksText(locks: readonly LockAnswer[]): string {
  if (locks.length === 0) return 'No locks.';
  return table(
    ['ID', 'KIND', 'NAME', 'FOR', 'BY', 'UNTIL', 'WHY'],
    locks.map((lock) => [
      lock.id,
      lock.kind,
      lock.name,
      reach(lock),
      lock.side,
      lock.expiresAt ?? '',
      lock.reason,
    ]),
  );
}
