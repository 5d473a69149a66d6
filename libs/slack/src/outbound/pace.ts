import { setTimeout as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';

/** What Slack takes into one channel: about one message a second, */
const APART_MS = 1_050;
/** and a few at once where it was quiet before. */
const BURST = 4;
const MOST_CHANNELS = 10_000;

/** Keeps messages into one channel apart, so that Slack need not refuse them. */
export class Pace {
  /** When the channel would be quiet, had each message taken its time. */
  private readonly quiet: LRUCache<string, number>;

  constructor(private readonly apartMs = APART_MS) {
    this.quiet = new LRUCache({ max: MOST_CHANNELS });
  }

  /** Resolves when it is this message's turn. @throws what the signal was aborted with */
  async turn(channel: string, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const from = Math.max(now, this.quiet.get(channel) ?? 0);
    this.quiet.set(channel, from + this.apartMs);
    const wait = from - now - (BURST - 1) * this.apartMs;
    if (wait > 0) await pause(wait, undefined, { signal });
  }
}
