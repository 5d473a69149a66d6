import { type Deps, hexDigest } from '@countersign/access';
import { growingCache } from '@countersign/runtime';
import type { ReceiverEvent } from '@slack/bolt';
import { PayloadError, readPayload, requirePayload } from './payload.js';

/** Allowed difference between a request's timestamp and our clock, either way. Bolt checks the past only. */
const MAX_SKEW_SECONDS = 300;
/** Longer than any signature is valid. */
const REMEMBERED_MS = 2 * MAX_SKEW_SECONDS * 1000 + 60_000;
/** Slack gives up an event after three retries, the last within an hour. */
const EVENTS_REMEMBERED_MS = 2 * 3_600_000;
const MAX_REMEMBERED = 100_000;

/** The request is refused with this status and has no effect. */
export class InboundRefused extends Error {
  readonly status: 400 | 401;

  constructor(
    readonly code: 'malformed' | 'stale' | 'from_the_future' | 'replayed' | 'bad_payload',
    detail?: string,
  ) {
    super(`Slack request refused: ${code}${detail === undefined ? '' : ` (${detail})`}`);
    this.name = 'InboundRefused';
    this.status = code === 'bad_payload' ? 400 : 401;
  }
}

/** Headers of a request that Bolt does not pass to listeners; they identify it for the replay check. */
export interface Proof {
  signature?: string;
  timestamp?: string;
  /** The envelope's id in Socket Mode. */
  envelope?: string;
  /** The bytes that were signed. Absent in Socket Mode, whose client gives parsed payloads only. */
  body?: Uint8Array;
  contentType?: string | undefined;
}

/** The signature of `App.processEvent`. */
export type Process = (event: ReceiverEvent) => Promise<void>;

/**
 * Checks each request again after Bolt has verified its signature: its timestamp must be recent, its payload must have one
 * reading and the parts that we use, and it must be new.
 * This process remembers every request in memory. Requests that act are also recorded in the store, which all brokers
 * share. Commands and shortcuts only open a view, with a trigger that Slack accepts once; so they do not wait for the
 * store. The acknowledgement of a press does not wait for it either.
 */
export class Inbound {
  private readonly remembered = growingCache<true>(MAX_REMEMBERED, REMEMBERED_MS);

  /** @param site Slack's origin: replies go nowhere else */
  constructor(
    private readonly deps: Deps,
    private readonly site: string,
    private readonly process: Process,
    private readonly onReplay: (what: string) => void,
    private readonly wall: () => number = Date.now,
  ) {}

  /** @throws InboundRefused; the store's error if it cannot be asked whether the request is new */
  async take(event: ReceiverEvent): Promise<void> {
    const { customProperties, ...rest } = event;
    const proof: Proof = customProperties ?? {};
    requireCanonicalSignature(proof);
    this.requireRecent(proof);
    const body = payloadOf(proof, event.body);
    requireReplyAddresses(body, this.site);
    const plain: ReceiverEvent = { ...rest, body, customProperties: {} };
    const once = proof.signature ?? proof.envelope;
    if (once !== undefined && !this.remember(once)) throw new InboundRefused('replayed');
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

  /** Slack repeats an event until it is acknowledged. Each repetition has a new signature but the same event id. */
  private async takeEvent(event: ReceiverEvent, id: string): Promise<void> {
    const key = `event ${id}`;
    if (!this.remember(key) || !(await this.orForget(key, this.isNew(key, EVENTS_REMEMBERED_MS)))) {
      await event.ack();
      return;
    }
    await this.orForget(key, this.process(event));
  }

  /** If the work fails, forgets the key, so that Slack's next attempt is processed. */
  private async orForget<T>(key: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.remembered.delete(key);
      await this.deps.store.slack
        .write(({ slackSeen }) => slackSeen.forget(this.hash(key)))
        .catch(() => {
          // The store is probably away. Report the first error.
        });
      throw error;
    }
  }

  private requireRecent({ timestamp }: Proof): void {
    if (timestamp === undefined) return;
    const skew = Number(timestamp) - this.wall() / 1000;
    if (!(skew >= -MAX_SKEW_SECONDS)) throw new InboundRefused('stale');
    if (!(skew <= MAX_SKEW_SECONDS)) throw new InboundRefused('from_the_future');
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

/**
 * Bolt posts replies to the addresses in the payload. They must be Slack's: otherwise the holder of the signing secret could make
 * this broker call any address, such as one of its own network.
 */
function requireReplyAddresses(body: ReceiverEvent['body'], site: string): void {
  const { response_url: one, response_urls: more } = body as {
    response_url?: string;
    response_urls?: { response_url: string }[];
  };
  const addresses = [...(one === undefined ? [] : [one]), ...(more ?? []).map((each) => each.response_url)];
  if (!addresses.every((address) => isOfSite(address, site)))
    throw new InboundRefused('bad_payload', '/response_url: is no address of Slack');
}

/** `https://hooks.slack.com/…` for `https://slack.com`. A stand-in has one host. */
function isOfSite(address: string, site: string): boolean {
  if (!URL.canParse(address)) return false;
  const [{ origin, username, password }, { protocol, host }] = [new URL(address), new URL(site)];
  return username + password === '' && [site, `${protocol}//hooks.${host}`].includes(origin);
}

/** The payload as the strict reader reads it, never as Bolt did. @throws InboundRefused `bad_payload` */
function payloadOf({ body, contentType }: Proof, parsed: unknown): ReceiverEvent['body'] {
  try {
    if (body !== undefined) return readPayload(body, contentType);
    requirePayload(parsed);
    return parsed;
  } catch (error) {
    if (error instanceof PayloadError) throw new InboundRefused('bad_payload', error.message);
    throw error;
  }
}

const SIGNATURE = /^v0=[0-9a-f]{64}$/;

/**
 * Accepts one spelling of a signature. Bolt ignores everything after a second `=` and accepts any version prefix, so
 * without this check a request could be replayed under another spelling.
 */
function requireCanonicalSignature({ signature }: Proof): void {
  if (signature !== undefined && !SIGNATURE.test(signature)) throw new InboundRefused('malformed');
}
