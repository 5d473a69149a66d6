import type { Notice } from '@countersign/access';
import type { BrokerDeps } from '../injection.js';

/** A way by which people are told. A channel may see one notice more than once; its id says so. */
export interface NoticeChannel {
  readonly name: string;
  /** Rejects where the notice has to be tried again. */
  deliver(notice: Notice): Promise<void>;
}

const BATCH = 100;
const LONGEST_PAUSE_SECONDS = 300;
/** As long as a broker has for one batch; after that another one takes it to be dead, and delivers. */
const CLAIM_SECONDS = 60;

/** 1 s, 2 s, 4 s, … at most five minutes. */
export function pauseSeconds(attempts: number): number {
  return Math.min(2 ** Math.min(attempts, 20), LONGEST_PAUSE_SECONDS);
}

/**
 * Sends what the outbox holds, after the commits that put it there (P7). A crash between delivery and the mark
 * that says so leads to a second delivery with the same id, never to none. Of several brokers one claims a notice.
 */
export async function dispatchOutbox(
  deps: BrokerDeps,
  channels: readonly NoticeChannel[],
  onFailure: (notice: Notice, error: unknown) => void,
): Promise<number> {
  let sent = 0;
  for (;;) {
    const due = await claim(deps);
    if (due.length === 0) return sent;
    const results = await Promise.all(due.map((notice) => deliver(channels, notice, onFailure)));
    const at = deps.clock.now();
    await deps.store.asVendor(async (unit) => {
      for (const [index, notice] of due.entries()) {
        if (results[index] === true) await unit.outbox.delivered(notice.id, at.toISOString());
        else
          await unit.outbox.failed(
            notice.id,
            new Date(at.getTime() + pauseSeconds(notice.attempts) * 1000).toISOString(),
          );
      }
    });
    sent += due.length;
    if (due.length < BATCH) return sent;
  }
}

/** Looks first: a writing unit a second for nothing would keep others waiting. */
async function claim({ store, clock }: BrokerDeps): Promise<Notice[]> {
  const now = clock.now();
  const waiting = await store.readAsVendor((unit) => unit.outbox.due(now.toISOString(), 1));
  if (waiting.length === 0) return [];
  const until = new Date(now.getTime() + CLAIM_SECONDS * 1000).toISOString();
  return store.asVendor((unit) => unit.outbox.claim(now.toISOString(), until, BATCH));
}

async function deliver(
  channels: readonly NoticeChannel[],
  notice: Notice,
  onFailure: (notice: Notice, error: unknown) => void,
): Promise<boolean> {
  const results = await Promise.allSettled(channels.map((channel) => channel.deliver(notice)));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) onFailure(notice, failed.reason);
  return failed === undefined;
}
