import { setTimeout as pause } from 'node:timers/promises';
import { DeliveryFailure } from '@countersign/access';
import { LRUCache } from 'lru-cache';
import { slackError } from '../client.js';
import type { Rendered } from '../messages/blocks.js';
import type { Target } from './recipients.js';

/** Under which messages carry what they tell of, so that a second attempt finds the first one's. */
const EVENT_TYPE = 'countersign_notice';
const LOOKED_THROUGH = 200;
/** Slack's clock and ours. */
const SLACK_SECONDS = 120;

/** What a message tells of. */
export interface Told {
  /** `ntc_…` */
  notice: string;
  recipient: string;
  /** When it was made. */
  at: string;
  /** Whether somebody may have posted it before. */
  again: boolean;
}

/** What became of a change of a message. */
export type Changed = 'done' | 'gone' | 'closed';

/** Puts messages into one channel, each once. */
export class Poster {
  constructor(
    private readonly target: Target,
    private readonly pace: Pace,
    private readonly signal: AbortSignal,
  ) {}

  /** @param thread the message that it answers; null for one of its own. @returns its `ts` */
  async post(message: Rendered, told: Told, thread: string | null): Promise<string> {
    const { client, channel } = this.target;
    const before = told.again ? await this.posted(told, thread) : undefined;
    if (before !== undefined) return before;
    await this.pace.turn(channel, this.signal);
    // Whoever attempts it next looks for it first, and must not look before it is there.
    this.signal.throwIfAborted();
    const { ts } = await client.chat.postMessage({
      channel,
      ...contentOf(message),
      ...(thread === null ? {} : { thread_ts: thread }),
      unfurl_links: false,
      unfurl_media: false,
      metadata: {
        event_type: EVENT_TYPE,
        event_payload: { notice: told.notice, recipient: told.recipient },
      },
    });
    if (ts === undefined) throw new DeliveryFailure('slack_failed');
    return ts;
  }

  async change(ts: string, message: Rendered): Promise<Changed> {
    const { client, channel } = this.target;
    try {
      await client.chat.update({ channel, ts, ...contentOf(message) });
      return 'done';
    } catch (error) {
      const code = slackError(error);
      if (code === 'message_not_found') return 'gone';
      if (code === 'edit_window_closed' || code === 'cant_update_message') return 'closed';
      throw error;
    }
  }

  private async posted({ notice, recipient, at }: Told, thread: string | null): Promise<string | undefined> {
    const { client, channel } = this.target;
    const oldest = String(Math.floor(Date.parse(at) / 1000) - SLACK_SECONDS);
    const among = { channel, oldest, limit: LOOKED_THROUGH, include_all_metadata: true };
    const { messages = [] } =
      thread === null
        ? await client.conversations.history(among)
        : await client.conversations.replies({ ...among, ts: thread });
    return messages.find(({ metadata }) => {
      const payload = metadata?.event_payload as { notice?: unknown; recipient?: unknown } | undefined;
      const isOurs = metadata?.event_type === EVENT_TYPE;
      return isOurs && payload?.notice === notice && payload.recipient === recipient;
    })?.ts;
  }
}

/** What people wrote is shown as it is: nothing in it becomes a mention, a link or a channel. */
const contentOf = ({ text, blocks }: Rendered) => ({
  text,
  blocks,
  parse: 'none' as const,
  link_names: false,
});

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
