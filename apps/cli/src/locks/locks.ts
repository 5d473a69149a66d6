import { randomUUID } from 'node:crypto';
import { segment } from '../api/client.js';
import { type LockAnswer, lockShape, pageOf } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { usageError } from '../command/errors.js';
import { durationSeconds, idOf } from '../command/flags.js';
import { facts, instantFrom, table } from '../terminal/text.js';

const KINDS = ['tenant', 'person', 'service'];

/** Blocks a tenant, a person or a service at once. */
export async function lock(
  context: Context,
  kind: string,
  name: string,
  options: { reason: string; for?: string },
): Promise<Answer> {
  if (!KINDS.includes(kind))
    throw usageError(`lock takes tenant, person or service; got ${JSON.stringify(kind)}`);
  if (options.for !== undefined) durationSeconds('--for', options.for);
  const set = await context.api().call('/api/v1/locks', lockShape, {
    method: 'POST',
    body: {
      kind,
      name,
      reason: options.reason,
      ...(options.for === undefined ? {} : { duration: options.for }),
    },
    idempotencyKey: randomUUID(),
  });
  return { document: set, text: lockText(set, new Date()) };
}

/** What is locked now. */
export async function locks(context: Context): Promise<Answer> {
  const page = await context.api().call('/api/v1/locks?limit=200', pageOf(lockShape));
  return { document: page, text: locksText(page.items) };
}

/** Lifts a lock that one's own side has set. */
export async function unlock(context: Context, id: string): Promise<Answer> {
  const path = `/api/v1/locks/${segment(idOf('lck', id))}`;
  const lifted = await context.api().call(path, lockShape, { method: 'DELETE' });
  return { document: lifted, text: `${lifted.id} is lifted.` };
}

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
