import { setTimeout as pause } from 'node:timers/promises';
import { DeliveryFailure } from '@countersign/access';
import { growingCache } from '@countersign/runtime';
import { slackError } from '../client.js';
import type { Rendered } from '../messages/blocks.js';
import type { Target } from './recipients.js';

/** The type of the metadata in each message. A second attempt finds the first one's message by it. */
const EVENT_TYPE = 'countersign_notice';
const SEARCHED_MESSAGES = 200;
/** Allowed difference between Slack's clock and ours. */
const CLOCK_SKEW_SECONDS = 120;

/** The notice that a message reports, and to whom. */
export interface NoticeReference {
  /** `ntc_…` */
  notice: string;
  recipient: string;
  /** When the notice was created. */
  at: string;
  /** Whether an earlier attempt may have posted it. */
  again: boolean;
}

/** The result of an update: `gone` if the message was deleted, `closed` if it is too old to edit. */
export type UpdateResult = 'done' | 'gone' | 'closed';

/** Posts messages into one channel, each once. */
export class Poster {
  constructor(
    private readonly target: Target,
    private readonly pace: ChannelThrottle,
    private readonly signal: AbortSignal,
    /** What every message gets besides. A card that differs in it alone is not updated. */
    private readonly complete: (message: Rendered) => Rendered,
  ) {}

  /**
   * @param thread the `ts` of the message to reply to; null for a new message
   * @param options `toChannel`: a reply that asks for a decision is shown in the channel too
   * @returns the new `ts`
   */
  async post(
    message: Rendered,
    reference: NoticeReference,
    thread: string | null,
    { toChannel = false }: { toChannel?: boolean } = {},
  ): Promise<string> {
    const { client, channel } = this.target;
    const before = reference.again ? await this.findPosted(reference, thread) : undefined;
    if (before !== undefined) return before;
    await this.pace.waitForTurn(channel, this.signal);
    // After an abort the next attempt searches for this message first. Do not post after that search.
    this.signal.throwIfAborted();
    const { ts } = await client.chat.postMessage({
      channel,
      ...contentOf(this.complete(message)),
      ...(thread === null
        ? {}
        : toChannel
          ? { thread_ts: thread, reply_broadcast: true as const }
          : { thread_ts: thread }),
      unfurl_links: false,
      unfurl_media: false,
      metadata: {
        event_type: EVENT_TYPE,
        event_payload: { notice: reference.notice, recipient: reference.recipient },
      },
    });
    if (ts === undefined) throw new DeliveryFailure('slack_failed');
    return ts;
  }

  async change(ts: string, message: Rendered): Promise<UpdateResult> {
    const { client, channel } = this.target;
    try {
      await client.chat.update({ channel, ts, ...contentOf(this.complete(message)) });
      return 'done';
    } catch (error) {
      const code = slackError(error);
      if (code === 'message_not_found') return 'gone';
      if (code === 'edit_window_closed' || code === 'cant_update_message') return 'closed';
      throw error;
    }
  }

  private async findPosted(
    { notice, recipient, at }: NoticeReference,
    thread: string | null,
  ): Promise<string | undefined> {
    const { client, channel } = this.target;
    const oldest = String(Math.floor(Date.parse(at) / 1000) - CLOCK_SKEW_SECONDS);
    const among = { channel, oldest, limit: SEARCHED_MESSAGES, include_all_metadata: true };
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

/** `parse: none`: Slack makes no mentions, links or channels of the text. */
const contentOf = ({ text, blocks }: Rendered) => ({
  text,
  blocks,
  parse: 'none' as const,
  link_names: false,
});

/** Slack accepts about one message per second and channel, */
const INTERVAL_MS = 1_050;
/** and a short burst after a pause. */
const BURST = 4;
const MAX_CHANNELS = 10_000;

/** Spaces out the messages into each channel, so that Slack does not rate-limit them. */
export class ChannelThrottle {
  /** When the next message into a channel is due at the steady rate. */
  private readonly nextDue = growingCache<number>(MAX_CHANNELS);

  constructor(private readonly intervalMs = INTERVAL_MS) {}

  /** Resolves when the next message may be posted. @throws the signal's reason if it is aborted */
  async waitForTurn(channel: string, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const from = Math.max(now, this.nextDue.get(channel) ?? 0);
    this.nextDue.set(channel, from + this.intervalMs);
    const wait = from - now - (BURST - 1) * this.intervalMs;
    if (wait > 0) await pause(wait, undefined, { signal });
  }
}
