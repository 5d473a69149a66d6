import { randomUUID } from 'node:crypto';
import { segment } from '../api/client.js';
import { type LockAnswer, lockShape, pageOf } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { usageError } from '../command/errors.js';
import { parseId, parseSeconds } from '../command/flags.js';
import { formatFacts, formatInstant, formatTable } from '../terminal/text.js';

const KINDS = ['tenant', 'person', 'service'];

export async function setLock(
  context: Context,
  kind: string,
  name: string,
  options: { reason: string; for?: string },
): Promise<Answer> {
  if (!KINDS.includes(kind))
    throw usageError(`lock takes tenant, person or service; got ${JSON.stringify(kind)}`);
  const { reason, for: duration } = options;
  if (duration !== undefined) parseSeconds('--for', duration);
  const lock = await context.api().call('/api/v1/locks', lockShape, {
    method: 'POST',
    body: { kind, name, reason, ...(duration === undefined ? {} : { duration }) },
    idempotencyKey: randomUUID(),
  });
  return { document: lock, text: formatLock(lock, new Date()) };
}

/** The locks in force. */
export async function listLocks(context: Context): Promise<Answer> {
  const page = await context.api().call('/api/v1/locks?limit=200', pageOf(lockShape));
  return { document: page, text: formatLocks(page.items) };
}

/** Lifts a lock that the caller's own side has set. */
export async function liftLock(context: Context, id: string): Promise<Answer> {
  const path = `/api/v1/locks/${segment(parseId('lck', id))}`;
  const lifted = await context.api().call(path, lockShape, { method: 'DELETE' });
  return { document: lifted, text: `${lifted.id} is lifted.` };
}

const affected = ({ tenant }: LockAnswer): string => tenant ?? 'every tenant';

const formatLock = (lock: LockAnswer, now: Date): string =>
  formatFacts([
    ['lock', lock.id],
    ['locked', `${lock.kind} ${lock.name}`],
    ['for', affected(lock)],
    ['by', `the ${lock.side}`],
    ['why', lock.reason],
    ['until', lock.expiresAt === null ? 'it is lifted' : formatInstant(lock.expiresAt, now)],
  ]);

function formatLocks(locks: readonly LockAnswer[]): string {
  if (locks.length === 0) return 'No locks.';
  return formatTable(
    ['ID', 'KIND', 'NAME', 'FOR', 'BY', 'UNTIL', 'WHY'],
    locks.map((lock) => [
      lock.id,
      lock.kind,
      lock.name,
      affected(lock),
      lock.side,
      lock.expiresAt ?? '',
      lock.reason,
    ]),
  );
}
