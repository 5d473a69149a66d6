import { type Deps, hexDigest } from '@countersign/access';
import type { ReceiverEvent } from '@slack/bolt';
import { LRUCache } from 'lru-cache';

/** Seconds that a request's time may lie off ours, either way; Bolt itself bounds the past alone. */
const MOST_OFF_SECONDS = 300;
/** Longer than a signature could count for. */
const REMEMBERED_MS = 2 * MOST_OFF_SECONDS * 1000 + 60_000;
/** Slack gives an event up after three tries, the last within the hour. */
const EVENTS_REMEMBERED_MS = 2 * 3_600_000;
const MOST_REMEMBERED = 100_000;

/** It is answered 401, and nothing happens. */
export class InboundRefused extends Error {
  constructor(readonly code: 'malformed' | 'stale' | 'from_the_future' | 'replayed') {
    super(`Slack request refused: ${code}`);
    this.name = 'InboundRefused';
  }
}

/** What the receiver knows of a request that Bolt does not look at. */
export interface Proof {
  signature?: string;
  timestamp?: string;
  /** Of Socket Mode. */
  envelope?: string;
}

/** What `App.processEvent` is. */
export type Process = (event: ReceiverEvent) => Promise<void>;

/**
 * What has come in and passed Bolt's own signature check is judged once more: its time lies near ours on either side,
 * and it has not come before. This process remembers by itself; what acts is noted in the store too, where every broker
 * sees it. A command and a shortcut only open a view, by a trigger that Slack takes once: they wait for no store, and
 * neither does the acknowledgement of a press.
 */
export class Inbound {
  private readonly remembered = new LRUCache<string, true>({ max: MOST_REMEMBERED, ttl: REMEMBERED_MS });

  constructor(
    private readonly deps: Deps,
    private readonly process: Process,
    private readonly onReplay: (what: string) => void,
    private readonly wall: () => number = Date.now,
  ) {}

  /** @throws InboundRefused; what the store throws, where it cannot say whether this came before */
  async take(event: ReceiverEvent): Promise<void> {
    const { customProperties, ...rest } = event;
    const proof: Proof = customProperties ?? {};
    const plain: ReceiverEvent = { ...rest, customProperties: {} };
    demandPlain(proof);
    this.demandTimely(proof);
    const once = proof.signature ?? proof.envelope;
    if (once !== undefined && !this.remember(once)) throw new InboundRefused('replayed');
    const { body } = event;
    const eventId = typeof body['event_id'] === 'string' ? body['event_id'] : undefined;
    if (eventId !== undefined) return this.takeEvent(plain, eventId);
    switch (body['type']) {
      case 'block_actions':
        await event.ack();
        if (await this.isNew(once)) await this.process({ ...plain, ack: () => Promise.resolve() });
        return;
      case 'view_submission':
        if (await this.isNew(once)) await this.process(plain);
        else await event.ack();
        return;
      default:
        return this.process(plain);
    }
  }

  /** Slack tells an event again until it is answered: each telling is new, the event is the same. */
  private async takeEvent(event: ReceiverEvent, id: string): Promise<void> {
    const key = `event ${id}`;
    if (!this.remember(key) || !(await this.orForget(key, this.isNew(key, EVENTS_REMEMBERED_MS)))) {
      await event.ack();
      return;
    }
    await this.orForget(key, this.process(event));
  }

  /** What could not be done may be told again. */
  private async orForget<T>(key: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.remembered.delete(key);
      await this.deps.store.slack
        .write(({ slackSeen }) => slackSeen.forget(this.hash(key)))
        .catch(() => {
          // The store that could not note it cannot forget it either; what failed first is what is told.
        });
      throw error;
    }
  }

  private demandTimely({ timestamp }: Proof): void {
    if (timestamp === undefined) return;
    const off = Number(timestamp) - this.wall() / 1000;
    if (!(off >= -MOST_OFF_SECONDS)) throw new InboundRefused('stale');
    if (!(off <= MOST_OFF_SECONDS)) throw new InboundRefused('from_the_future');
  }

  private remember(key: string): boolean {
    if (this.remembered.has(key)) return false;
    this.remembered.set(key, true);
    return true;
  }

  private async isNew(key: string | undefined, keptMs = REMEMBERED_MS): Promise<boolean> {
    if (key === undefined) return true;
    const until = new Date(this.deps.clock.now().getTime() + keptMs).toISOString();
    const noted = await this.deps.store.slack.write(({ slackSeen }) => slackSeen.note(this.hash(key), until));
    if (!noted) this.onReplay(key.startsWith('event ') ? 'event' : 'request');
    return noted;
  }

  private hash(key: string): string {
    return hexDigest(this.deps.hashing, key);
  }
}

const SIGNATURE = /^v0=[0-9a-f]{64}$/;

/**
 * One signature is written in one way. Bolt reads no further than a second `=` and takes any version for what was
 * signed: without this a request could come again under another spelling.
 */
function demandPlain({ signature }: Proof): void {
  if (signature !== undefined && !SIGNATURE.test(signature)) throw new InboundRefused('malformed');
}
