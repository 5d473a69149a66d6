import {
  type AddressedNotice,
  type Delivered,
  type Delivery,
  DeliveryFailure,
  type Deps,
  hexDigest,
  type Notice,
  type NoticeChannel,
  type NoticesReadUnit,
  type SlackPost,
} from '@countersign/access';
import { LRUCache } from 'lru-cache';
import type { SlackSide } from '../app.js';
import { endsInstallation, failureOf, RATE_LIMITED, slackError } from '../client.js';
import type { SlackSettings } from '../config.js';
import { type CardFacts, readFacts } from '../facts.js';
import type { Rendered } from '../messages/blocks.js';
import { requestCard } from '../messages/request-card.js';
import { threadLine } from '../messages/thread-lines.js';
import { asksFor, isSlackKind, type SlackKind } from './kinds.js';
import { Pace, Poster, type Told } from './poster.js';
import { recipientsOf, type Target, Targets } from './recipients.js';
import { tellWhatWaits } from './reminder.js';

const MOST_AT_ONCE = 16;
const MOST_HELD = 10_000;

/**
 * Tells people in Slack: one card a request and recipient, which changes with the request, and under it a thread of
 * what happened. One recipient's deliveries come one after the other, so that nothing overtakes what it follows.
 */
export class SlackChannel implements NoticeChannel {
  readonly name = 'slack';
  readonly mostAtOnce = MOST_AT_ONCE;
  private readonly targets: Targets;
  private readonly pace = new Pace();
  /** Until when Slack wants nothing for a recipient. */
  private readonly heldUntil = new LRUCache<string, number>({ max: MOST_HELD });

  constructor(
    private readonly deps: Deps,
    private readonly side: Pick<SlackSide, 'config' | 'logger' | 'installations'>,
    private readonly settings: Pick<SlackSettings, 'publicUrl'>,
  ) {
    this.targets = new Targets(deps, side);
  }

  recipients(addressed: AddressedNotice, unit: NoticesReadUnit): Promise<string[]> {
    return recipientsOf(addressed, unit, this.deps.clock.now());
  }

  /** @throws DeliveryFailure */
  async deliver(delivery: Delivery, signal: AbortSignal): Promise<Delivered> {
    const found = await this.deps.store.notices.read((unit) => unit.deliveries.find(delivery.notice));
    if (found === null) throw new DeliveryFailure('unknown_notice', { final: true });
    const { notice } = found;
    if (!isSlackKind(notice.kind)) return skipped('nothing_to_tell');
    this.demandNotHeld(delivery.recipient);
    let target: Target | undefined;
    try {
      const where = await this.targets.find(delivery);
      if ('skip' in where) return skipped(where.skip);
      target = where;
      return await this.tell(delivery, notice, notice.kind, target, signal);
    } catch (error) {
      const code = slackError(error);
      if (target !== undefined && endsInstallation(code))
        await this.side.installations.refused(target.installation, code);
      const failure = failureOf(error);
      if (failure.retryAfterSeconds !== null)
        this.heldUntil.set(delivery.recipient, this.seconds() + failure.retryAfterSeconds);
      throw failure;
    }
  }

  /** What Slack asked of one message is asked of those behind it too: none is tried against its will. */
  private demandNotHeld(recipient: string): void {
    const left = (this.heldUntil.get(recipient) ?? 0) - this.seconds();
    if (left > 0) throw new DeliveryFailure(RATE_LIMITED, { retryAfterSeconds: left });
    this.heldUntil.delete(recipient);
  }

  private seconds(): number {
    return this.deps.clock.now().getTime() / 1000;
  }

  private async tell(
    delivery: Delivery,
    notice: Notice,
    kind: SlackKind,
    target: Target,
    signal: AbortSignal,
  ): Promise<Delivered> {
    // In the tenant's own unit: nothing of another tenant can come into the message (P9).
    const facts = await this.deps.store.readForTenant(delivery.tenant, (unit) =>
      readFacts(unit, delivery.lane, this.deps.clock.now()),
    );
    if (facts === null) return skipped('nothing_to_tell');
    if (isMoot(kind, facts, notice)) return skipped('superseded');
    const poster = new Poster(target, this.pace, signal);
    const told: Told = {
      ...{ notice: notice.id, recipient: delivery.recipient, at: notice.at },
      // One that was given up and is retried begins to count anew, but what it left in Slack is there still.
      again: delivery.attempts > 0 || delivery.lastError !== null,
    };
    if (kind === 'request.reminder')
      return tellWhatWaits(
        this.deps,
        delivery,
        target,
        facts,
        (message) => poster.post(message, told, null),
        {
          notice,
          publicUrl: this.settings.publicUrl,
        },
      );
    await this.tellCard({ delivery, kind, target, facts, poster, told });
    return { done: 'delivered' };
  }

  private async tellCard(at: {
    delivery: Delivery;
    kind: SlackKind;
    target: Target;
    facts: CardFacts;
    poster: Poster;
    told: Told;
  }): Promise<void> {
    const { delivery, kind, target, facts, poster, told } = at;
    const card = requestCard(facts, audienceOf(target, facts), this.settings.publicUrl);
    const before = await this.deps.store.slack.read((unit) =>
      unit.slackPosts.find(delivery.lane, delivery.recipient),
    );
    // Posted where the recipient no longer reads: what stands there is somebody else's now.
    if (
      before === null ||
      before.channel !== target.channel ||
      before.workspace !== target.installation.workspace
    )
      return this.postCard(at, card);
    const shown = this.hash(card);
    if (shown !== before.shown) {
      const changed = await poster.change(before.ts, card);
      if (changed === 'gone') return this.postCard(at, card);
      if (changed === 'closed') await poster.post(card, told, before.ts);
      await this.keep({ ...before, shown, updatedAt: this.now() });
      if (changed === 'closed') return;
    }
    const line = threadLine(kind, facts);
    if (line !== null) await poster.post(line, told, before.ts);
  }

  private async postCard(
    { delivery, target, poster, told }: { delivery: Delivery; target: Target; poster: Poster; told: Told },
    card: Rendered,
  ): Promise<void> {
    const ts = await poster.post(card, told, null);
    await this.keep({
      ...{ request: delivery.lane, recipient: delivery.recipient },
      ...{ workspace: target.installation.workspace, channel: target.channel, ts },
      shown: this.hash(card),
      postedAt: this.now(),
      updatedAt: this.now(),
    });
  }

  private keep(post: SlackPost): Promise<void> {
    return this.deps.store.slack.write(({ slackPosts }) => slackPosts.save(post));
  }

  private hash(card: Rendered): string {
    return hexDigest(this.deps.hashing, JSON.stringify(card));
  }

  private now(): string {
    return this.deps.clock.now().toISOString();
  }
}

const skipped = (code: string): Delivered => ({ done: 'skipped', code });

const audienceOf = ({ audience, person }: Target, { request }: CardFacts) =>
  audience ?? (person === request.requester ? 'requester' : 'reviewer');

/** What asked for somebody who is no longer waited for; the card says what came of it, with the notice that told. */
function isMoot(kind: SlackKind, { request, grant }: CardFacts, { kind: said }: Notice): boolean {
  if (kind === 'request.reminder' || kind === 'request.escalated')
    return request.state !== 'awaiting_vendor' && request.state !== 'awaiting_customer';
  if (asksFor(kind)) return `request.${request.state}` !== said;
  return kind === 'grant.ending' && grant?.state === 'ended';
}
