import { randomUUID } from 'node:crypto';
import { type Lock, lockEndpoints } from '@countersign/api';
import { openWithId } from '../api/find-id.js';
import type { Answer, Context } from '../command/context.js';
import { parseIsoDuration } from '../command/flags.js';
import { formatFacts, formatTable } from '../terminal/text.js';
import { formatInstant } from '../terminal/time.js';

export async function setLock(
  context: Context,
  kind: string,
  name: string,
  options: { reason: string; for?: string },
): Promise<Answer> {
  const { reason } = options;
  const duration = options.for === undefined ? undefined : parseIsoDuration('--for', options.for);
  const lock = await (await context.api()).call(lockEndpoints.create, {
    body: { kind, name, reason, ...(duration === undefined ? {} : { duration }) },
    idempotencyKey: randomUUID(),
  });
  return { document: lock, text: formatLock(lock, new Date()) };
}

/** The locks in force. */
export async function listLocks(context: Context): Promise<Answer> {
  const page = await (await context.api()).call(lockEndpoints.list, {
    query: new URLSearchParams({ limit: '200' }),
  });
  return { document: page, text: formatLocks(page.items) };
}

/** Lifts a lock that the caller's own side has set. */
export async function liftLock(context: Context, text: string): Promise<Answer> {
  const { api, id } = await openWithId(context, 'lck', text);
  const params = { id };
  const lifted = await api.call(lockEndpoints.lift, { params });
  return { document: lifted, text: `${lifted.id} is lifted.` };
}

const tenantOf = ({ tenant }: Lock): string => tenant ?? 'every tenant';

/** The vendor's reasons stay with its side. */
const reasonOf = ({ reason }: Lock): string => reason ?? 'the vendor’s own';

const formatLock = (lock: Lock, now: Date): string =>
  formatFacts([
    ['lock', lock.id],
    ['locked', `${lock.kind} ${lock.name}`],
    ['for', tenantOf(lock)],
    ['by', `the ${lock.side}`],
    ['why', reasonOf(lock)],
    ['until', lock.expiresAt === null ? 'it is lifted' : formatInstant(lock.expiresAt, now)],
  ]);

function formatLocks(locks: readonly Lock[]): string {
  if (locks.length === 0) return 'No locks.';
  return formatTable(
    ['ID', 'KIND', 'NAME', 'FOR', 'BY', 'UNTIL', 'WHY'],
    locks.map((lock) => [
      lock.id,
      lock.kind,
      lock.name,
      tenantOf(lock),
      lock.side,
      lock.expiresAt ?? '',
      reasonOf(lock),
    ]),
  );
}
