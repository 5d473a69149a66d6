import { createHash } from 'node:crypto';
import {
  type AddressedNotice,
  type ClaimedMessage,
  type Delivered,
  DeliveryFailure,
  type Notice,
  type NoticeChannel,
  type NoticesReadUnit,
  notifiedPersons,
  type PersonalRecipient,
  type PushSubscription,
  type ReadUnit,
  readPushKey,
} from '@countersign/access';
import { isMailedAs, isPersonalNotice, toInstant } from '@countersign/contract';
import { skipOf } from '@countersign/mail';
import type { BrokerDeps } from '../core.module.js';
import { HttpProblem } from '../http/problem.js';
import { OutboundError } from '../outbound/destination.js';
import type { OutboundAnswer } from '../outbound/outbound-client.js';
import { encryptPush } from './push-encryption.js';
import { type PushMessage, writePushMessage } from './push-message.js';
import type { PushServices } from './push-services.js';
import { vapidAuthorization } from './vapid.js';

const MOST_AT_ONCE = 16;
/** A notice is worth pushing for four hours; the push service gets what is left of them. */
const WORTH_SECONDS = 4 * 3_600;
/** A shorter or longer pause than these is not taken from a push service. */
const SHORTEST_PAUSE_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 3_600;
const TOPIC_LENGTH = 32;
/** Nothing that a later attempt could change. */
const FINAL: ReadonlySet<OutboundError['code']> = new Set(['address_refused', 'tls_required']);

/** The key that a notice about a key is about. */
type Key = Parameters<typeof skipOf>[1];
type Push = { message: PushMessage; notice: Notice };

/**
 * Notifies people in the browsers in which they have turned it on (Web Push). A push goes out where a mail would, says what kind
 * of news there is, and opens a page. Nothing can be decided in it.
 */
export class PushChannel implements NoticeChannel {
  readonly name = 'push';
  readonly mostAtOnce = MOST_AT_ONCE;

  constructor(
    private readonly deps: Pick<BrokerDeps, 'store' | 'clock' | 'signers'>,
    private readonly services: PushServices,
    private readonly publicUrl: string,
  ) {}

  /** Each browser is a recipient of its own. */
  async recipients(addressed: AddressedNotice, unit: NoticesReadUnit): Promise<string[]> {
    return (await this.browsersOf(addressed, unit)).map(({ id }) => id);
  }

  async personal(
    _recipients: readonly string[],
    addressed: AddressedNotice,
    unit: NoticesReadUnit,
  ): Promise<ReadonlyMap<string, PersonalRecipient>> {
    const browsers = await this.browsersOf(addressed, unit);
    return new Map(
      browsers.map(({ id, person }) => [id, { person, way: 'push', isFixed: false, surelyArrives: false }]),
    );
  }

  private browsersOf(addressed: AddressedNotice, unit: NoticesReadUnit): Promise<PushSubscription[]> {
    return unit.pushSubscriptions.ofPersons(notifiedPersons(addressed), toInstant(this.deps.clock.now()));
  }

  /** @throws DeliveryFailure */
  async deliver(claimed: ClaimedMessage, signal: AbortSignal): Promise<Delivered> {
    const { notice, recipient, orderKey } = claimed;
    const browser = await this.deps.store.notices.read((unit) => unit.pushSubscriptions.find(recipient));
    if (browser === null) return { done: 'skipped', code: 'recipient_removed' };
    if (this.secondsLeft(notice) === 0) return { done: 'skipped', code: 'superseded' };
    const key = isMailedAs(notice.kind, 'key') ? await this.keyOf(notice) : null;
    const message = await this.deps.store.readForTenant(notice.tenant, (unit) =>
      this.messageOf(unit, notice, { orderKey, browser, key }),
    );
    if ('skip' in message) return { done: 'skipped', code: message.skip };
    return this.send(browser, { message, notice }, signal);
  }

  /** For how many more seconds the notice is worth pushing. */
  private secondsLeft({ at }: Notice): number {
    const age = (this.deps.clock.now().getTime() - Date.parse(at)) / 1_000;
    return Math.min(WORTH_SECONDS, Math.max(0, Math.ceil(WORTH_SECONDS - age)));
  }

  /** The key that the notice is about. It belongs to the deployment, so a tenant's unit does not see it. */
  private keyOf({ subject }: Notice) {
    return this.deps.store.apiKeys.read((unit) => unit.apiKeys.withPerson(subject));
  }

  /** Or why there is none, by the rule that mails follow too. */
  private async messageOf(
    unit: ReadUnit,
    notice: Notice,
    { orderKey, browser, key }: { orderKey: string; browser: PushSubscription; key: Key },
  ): Promise<PushMessage | { skip: string }> {
    const { kind, subject } = notice;
    const person = await unit.organisation.person(browser.person);
    if (person === null || person.removedAt !== null) return { skip: 'recipient_removed' };
    if (!isPersonalNotice(kind)) return { skip: 'nothing_to_tell' };
    const skip = await skipOf({ unit, notice, person }, key);
    if (skip !== null) return { skip };
    const grant = subject.startsWith('grt_') ? await unit.grants.find(subject) : null;
    const request = grant?.request ?? [subject, orderKey].find((id) => id.startsWith('req_')) ?? null;
    const { language } = browser;
    return writePushMessage({ kind, subject }, { request, side: person.tenant, language });
  }

  private async send(browser: PushSubscription, push: Push, signal: AbortSignal): Promise<Delivered> {
    const answer = await this.post(browser, push, signal).catch(async (error: unknown) => {
      const known = error instanceof OutboundError || error instanceof HttpProblem;
      const code = known ? error.code : 'internal_error';
      await this.note(browser, code);
      const final = error instanceof OutboundError && FINAL.has(error.code);
      throw new DeliveryFailure(code, { final, cause: error });
    });
    const { status } = answer;
    if (status >= 200 && status < 300) {
      await this.note(browser, 'delivered');
      return { done: 'delivered' };
    }
    // The browser has unsubscribed, or was reset (RFC 8030, section 7.3).
    if (status === 404 || status === 410) {
      await this.deps.store.push.write((unit) => unit.pushSubscriptions.delete(browser.id));
      return { done: 'skipped', code: 'recipient_removed' };
    }
    await this.note(browser, `http_${status}`);
    throw this.failureOf(answer);
  }

  private async post(
    browser: PushSubscription,
    { message, notice }: Push,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    const { endpoint } = browser;
    const signer = this.deps.signers.open(await readPushKey(this.deps));
    const body = encryptPush(Buffer.from(JSON.stringify(message), 'utf8'), browser);
    const headers = {
      authorization: await vapidAuthorization(endpoint, signer, this.publicUrl, this.deps.clock.now()),
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      ttl: String(this.secondsLeft(notice)),
      urgency: 'high',
      // A newer message about the same thing replaces one that still waits at the push service.
      topic: createHash('sha256').update(message.tag).digest('base64url').slice(0, TOPIC_LENGTH),
    };
    return this.services.send(endpoint, { method: 'POST', headers, body }, signal);
  }

  private failureOf({ status, headers }: OutboundAnswer): DeliveryFailure {
    const code = `http_${status}`;
    const pause = readPause(headers['retry-after'], this.deps.clock.now());
    if ((status === 429 || status === 503) && pause !== null)
      return new DeliveryFailure(code, { retryAfterSeconds: pause, counts: true });
    return new DeliveryFailure(code, { final: status < 500 && status !== 429 });
  }

  private note({ id }: PushSubscription, result: string): Promise<void> {
    const at = toInstant(this.deps.clock.now());
    return this.deps.store.push.write((unit) => unit.pushSubscriptions.noteResult(id, result, at));
  }
}

/** The seconds of a `Retry-After` header, which has seconds or a date (RFC 9110, section 10.2.3); null if it has neither. */
function readPause(header: string | string[] | undefined, now: Date): number | null {
  if (typeof header !== 'string') return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now.getTime()) / 1_000;
  if (Number.isNaN(seconds)) return null;
  return Math.min(LONGEST_PAUSE_SECONDS, Math.max(SHORTEST_PAUSE_SECONDS, Math.ceil(seconds)));
}
