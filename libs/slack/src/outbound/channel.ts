import {
  type AddressedNotice,
  type ClaimedMessage,
  type Delivered,
  DeliveryFailure,
  type Deps,
  hexDigest,
  isOpen,
  isOverdue,
  type Notice,
  type NoticeChannel,
  type NoticesReadUnit,
  type PersonalRecipient,
  type SlackPost,
} from '@countersign/access';
import { declarationOf } from '@countersign/contract';
import { growingCache } from '@countersign/runtime';
import type { SlackIntegration } from '../app.js';
import { endsInstallation, failureOf, RATE_LIMITED, slackError } from '../client.js';
import type { SlackSettings } from '../config.js';
import { type CardFacts, readFacts } from '../facts.js';
import { type Rendered, withLogPoint } from '../messages/blocks.js';
import { requestCard } from '../messages/request-card.js';
import { threadLine } from '../messages/thread-lines.js';
import { isPageKind, isSlackKind, type PageKind, type SlackKind } from './kinds.js';
import { isPageNoticeObsolete, pageMessage } from './page-notices.js';
import { ChannelThrottle, type NoticeReference, Poster } from './poster.js';
import { isReached, readRecipient, recipientsOf, type Target, Targets } from './recipients.js';
import { sendReminder } from './reminder.js';

const MAX_CONCURRENT = 16;
const MAX_HELD = 10_000;

/**
 * Notifies people in Slack. Each recipient of a request gets one card, which changes with the request, and a thread under
 * it that reports what happened. The outbox delivers to one recipient in order, so no message overtakes an earlier one.
 */
export class SlackChannel implements NoticeChannel {
  readonly name = 'slack';
  readonly mostAtOnce = MAX_CONCURRENT;
  private readonly targets: Targets;
  private readonly pace = new ChannelThrottle();
  /** Until when Slack has rate-limited a recipient, in seconds since the epoch. */
  private readonly heldUntil = growingCache<number>(MAX_HELD);

  constructor(
    private readonly deps: Deps,
    private readonly side: Pick<SlackIntegration, 'config' | 'logger' | 'installations'>,
    private readonly settings: Pick<SlackSettings, 'publicUrl' | 'language'>,
  ) {
    this.targets = new Targets(deps, side);
  }

  recipients(addressed: AddressedNotice, unit: NoticesReadUnit): Promise<string[]> {
    return recipientsOf(addressed, unit, this.deps.clock.now());
  }

  /** A card that a person already has changes with its request, whatever they chose: an old one would offer what is over. */
  async personal(
    recipients: readonly string[],
    { request }: AddressedNotice,
    unit: NoticesReadUnit,
  ): Promise<ReadonlyMap<string, PersonalRecipient>> {
    const posts = request === null ? [] : await unit.slackPosts.ofRequest(request.id);
    const posted = new Set(posts.map(({ recipient }) => recipient));
    const found = new Map<string, PersonalRecipient>();
    for (const key of recipients) {
      const to = readRecipient(key);
      if (to.kind !== 'person') continue;
      const surelyArrives = await isReached(unit, to.person, this.deps.clock.now());
      found.set(key, { person: to.person, way: 'slack', isFixed: posted.has(key), surelyArrives });
    }
    return found;
  }

  /** @throws DeliveryFailure */
  async deliver(delivery: ClaimedMessage, signal: AbortSignal): Promise<Delivered> {
    const { notice } = delivery;
    const { kind } = notice;
    if (!isSlackKind(kind) && !isPageKind(kind)) return skipped('nothing_to_tell');
    this.requireNotRateLimited(delivery.recipient);
    let target: Target | undefined;
    try {
      const where = await this.targets.find(delivery);
      if ('skip' in where) return skipped(where.skip);
      target = where;
      return isPageKind(kind)
        ? await this.deliverPage(delivery, kind, target, signal)
        : await this.deliverNotice(delivery, kind, target, signal);
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

  /** A rate limit of one message also holds the recipient's next messages, so that we do not try in vain. */
  private requireNotRateLimited(recipient: string): void {
    const left = (this.heldUntil.get(recipient) ?? 0) - this.seconds();
    if (left > 0) throw new DeliveryFailure(RATE_LIMITED, { retryAfterSeconds: left });
    this.heldUntil.delete(recipient);
  }

  private seconds(): number {
    return this.deps.clock.now().getTime() / 1000;
  }

  /** A message with a link to the page on which this person acts. */
  private async deliverPage(
    delivery: ClaimedMessage,
    kind: PageKind,
    target: Target,
    signal: AbortSignal,
  ): Promise<Delivered> {
    const { language, publicUrl } = this.settings;
    const { id, at, subject, tenant } = delivery.notice;
    const [isObsolete, log] = await this.deps.store.readForTenant(tenant, async (unit) => [
      await isPageNoticeObsolete(unit, { kind, subject, person: target.person }),
      await unit.events.head(),
    ]);
    if (isObsolete) return skipped('superseded');
    const poster = new Poster(target, this.pace, signal, (message) => withLogPoint(message, log, language));
    const again = delivery.attempts > 0 || delivery.lastError !== null;
    const reference: NoticeReference = { notice: id, recipient: delivery.recipient, at, again };
    await poster.post(pageMessage(kind, language, publicUrl), reference, null);
    return { done: 'delivered' };
  }

  private async deliverNotice(
    message: ClaimedMessage,
    kind: SlackKind,
    target: Target,
    signal: AbortSignal,
  ): Promise<Delivered> {
    // Read in the tenant's own unit, so that nothing of another tenant can appear in the message (P9).
    const { notice } = message;
    const delivery = { ...message, orderKey: requestOf(message) };
    const [facts, log] = await this.deps.store.readForTenant(notice.tenant, async (unit) => [
      await readFacts(unit, delivery.orderKey, {
        now: this.deps.clock.now(),
        language: this.settings.language,
      }),
      await unit.events.head(),
    ]);
    if (facts === null) return skipped('nothing_to_tell');
    if (isObsolete(kind, facts, notice)) return skipped('superseded');
    const poster = new Poster(target, this.pace, signal, (message) =>
      withLogPoint(message, log, facts.language),
    );
    const reference: NoticeReference = {
      ...{ notice: notice.id, recipient: delivery.recipient, at: notice.at },
      // A retry of a dead delivery starts with zero attempts, but an earlier attempt may have left its message in Slack.
      again: delivery.attempts > 0 || delivery.lastError !== null,
    };
    if (kind === 'request.reminder')
      return sendReminder(
        this.deps,
        delivery,
        target,
        facts,
        (message) => poster.post(message, reference, null),
        this.settings.publicUrl,
      );
    await this.deliverCard({ delivery, kind, target, facts, poster, reference });
    return { done: 'delivered' };
  }

  private async deliverCard(at: {
    delivery: ClaimedMessage;
    kind: SlackKind;
    target: Target;
    facts: CardFacts;
    poster: Poster;
    reference: NoticeReference;
  }): Promise<void> {
    const { delivery, kind, target, facts, poster, reference } = at;
    const card = requestCard(facts, audienceOf(target, facts), this.settings.publicUrl);
    const before = await this.deps.store.slack.read((unit) =>
      unit.slackPosts.find(delivery.orderKey, delivery.recipient),
    );
    // The card is in a channel that is no longer the recipient's, so post a new one.
    if (
      before === null ||
      before.channel !== target.channel ||
      before.workspace !== target.installation.workspace
    )
      return this.postCard(at, card);
    const cardHash = this.hash(card);
    const thread = (await this.threadOfFollowed(at)) ?? before.ts;
    if (cardHash !== before.shown) {
      const changed = await poster.change(before.ts, card);
      if (changed === 'gone') return this.postCard(at, card);
      if (changed === 'closed') await poster.post(card, reference, thread);
      await this.keep({ ...before, shown: cardHash, updatedAt: this.now() });
      if (changed === 'closed') return;
    }
    const line = threadLine(kind, facts);
    if (line !== null) await poster.post(line, reference, thread);
  }

  /**
   * An exact change that is proposed beside an earlier request is posted into the thread of that request. Its lines go there too:
   * Slack knows no threads inside threads.
   */
  private async threadOfFollowed({
    delivery: { recipient },
    target,
    facts,
  }: {
    delivery: ClaimedMessage;
    target: Target;
    facts: CardFacts;
  }): Promise<string | null> {
    const followed = facts.request.terms.change?.follows;
    if (followed === undefined) return null;
    const post = await this.deps.store.slack.read((unit) => unit.slackPosts.find(followed, recipient));
    const isThere = post?.channel === target.channel && post.workspace === target.installation.workspace;
    return post !== null && isThere ? post.ts : null;
  }

  private async postCard(
    at: {
      delivery: ClaimedMessage;
      target: Target;
      facts: CardFacts;
      poster: Poster;
      reference: NoticeReference;
    },
    card: Rendered,
  ): Promise<void> {
    const { delivery, target, poster, reference } = at;
    const thread = await this.threadOfFollowed(at);
    const ts = await poster.post(card, reference, thread, { toChannel: thread !== null });
    await this.keep({
      ...{ request: delivery.orderKey, recipient: delivery.recipient },
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

/** The request whose card it is. A notice that waits behind no other has an order key of its own. */
const requestOf = ({ orderKey, notice: { subject } }: ClaimedMessage): string =>
  subject.startsWith('req_') ? subject : orderKey;

const skipped = (code: string): Delivered => ({ done: 'skipped', code });

const audienceOf = ({ audience, person }: Target, { request }: CardFacts) =>
  audience ?? (person === request.requester ? 'requester' : 'reviewer');

/** A notice that asks for a decision is obsolete once the request has moved on. A later notice reports the outcome. */
function isObsolete(kind: SlackKind, { request, grant }: CardFacts, { kind: noticeKind }: Notice): boolean {
  if (kind === 'request.reminder' || kind === 'request.escalated')
    return request.state !== 'awaiting_vendor' && request.state !== 'awaiting_customer';
  if (kind === 'request.stage-overdue') return !isOverdue(request);
  if (kind === 'request.outdated') return !isOpen(request);
  if (declarationOf(kind).asks) return `request.${request.state}` !== noticeKind;
  return kind === 'grant.ending' && grant?.state === 'ended';
}
