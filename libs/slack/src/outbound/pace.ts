import { setTimeout as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';

/** What Slack takes into one channel: about one message a second. */
const APART_MS = 1_050;
const MOST_CHANNELS = 10_000;

/** Keeps messages into one channel apart, so that Slack need not refuse them. */
export class Pace {
  private readonly next: LRUCache<string, number>;

  constructor(private readonly apartMs = APART_MS) {
    this.next = new LRUCache({ max: MOST_CHANNELS });
  }

  /** Resolves when it is this message's turn. @throws what the signal was aborted with */
  async turn(channel: string, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const mine = Math.max(now, this.next.get(channel) ?? 0);
    this.next.set(channel, mine + this.apartMs);
    if (mine > now) await pause(mine - now, undefined, { signal });
  }
}
