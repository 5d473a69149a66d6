import {
  type AddressedNotice,
  type ClaimedMessage,
  DeliveryFailure,
  type Deps,
  decidedBy,
  type NoticesReadUnit,
  type Person,
  type SlackAccount,
  type SlackInstallation,
  type SlackPlace,
} from '@countersign/access';
import { declarationOf } from '@countersign/contract';
import { growingCache } from '@countersign/runtime';
import type { WebClient } from '@slack/web-api';
import type { SlackIntegration } from '../app.js';
import { slackClient } from '../client.js';
import type { Audience } from '../messages/decide-buttons.js';
import { isPageKind, isSlackKind } from './kinds.js';

/** A delivery's recipient: a tenant's channel, the reviewers' channel, or one person's direct messages. */
export type SlackRecipient =
  | { kind: 'tenant'; tenant: string }
  | { kind: 'vendor' }
  | { kind: 'person'; person: string };

export const VENDOR_CHANNEL = 'C:vendor';
export const channelOf = (tenant: string): string => `C:${tenant}`;
export const directTo = (person: string): string => `U:${person}`;

/** Parses a delivery's recipient. @throws Error if `recipientsOf` could not have written it */
export function readRecipient(text: string): SlackRecipient {
  if (text === VENDOR_CHANNEL) return { kind: 'vendor' };
  const [, letter, rest = ''] = /^([CU]):(.+)$/.exec(text) ?? [];
  if (letter === 'C') return { kind: 'tenant', tenant: rest };
  if (letter === 'U') return { kind: 'person', person: rest };
  throw new Error('this is no recipient in Slack');
}

/**
 * The recipients of a notice in Slack. A side with a channel is notified there; otherwise each of its people directly.
 * The requester is always notified directly. A notice that changes the card also goes to every existing copy.
 */
export async function recipientsOf(
  { notice, request, reviews, persons }: AddressedNotice,
  unit: NoticesReadUnit,
  now: Date,
): Promise<string[]> {
  if (!isPageKind(notice.kind) && (request === null || !isSlackKind(notice.kind))) return [];
  const found = new Set<string>();
  const accounts = await unit.slackAccounts.ofPersons(persons.map(({ id }) => id));
  const linked = new Set(accounts.filter((account) => isCurrent(account, now)).map(({ person }) => person));
  const direct = ({ id }: Person) => {
    if (linked.has(id)) found.add(directTo(id));
  };
  if (request === null || isPageKind(notice.kind)) {
    for (const person of persons) direct(person);
    return [...found];
  }
  if (notice.kind === 'request.escalated' || notice.kind === 'request.stage-overdue') {
    const decided = decidedBy(reviews, request.digest);
    for (const person of persons) if (!decided.has(person.id)) direct(person);
    return [...found];
  }
  const vendorHasChannel = (await unit.organisation.vendorSlack()) !== null;
  const tenantHasChannel = ((await unit.organisation.tenant(notice.tenant))?.slack ?? null) !== null;
  for (const person of persons)
    if (person.id === request.requester) direct(person);
    else if (person.tenant === null && vendorHasChannel) found.add(VENDOR_CHANNEL);
    else if (person.tenant !== null && tenantHasChannel) found.add(channelOf(notice.tenant));
    else direct(person);
  // It asks this one person: a line in a channel that many read would not reach them.
  if (notice.kind === 'request.forwarded') for (const person of persons) direct(person);
  if (declarationOf(notice.kind).slack === 'every-card')
    for (const { recipient } of await unit.slackPosts.ofRequest(request.id)) found.add(recipient);
  return [...found];
}

const isCurrent = ({ expiresAt }: SlackAccount, now: Date): boolean => now.getTime() < Date.parse(expiresAt);

/** Whether the app is installed where this person has a linked account, so that a direct message can reach them now. */
export async function isReached(unit: NoticesReadUnit, person: string, now: Date): Promise<boolean> {
  const linked = (await unit.slackAccounts.ofPerson(person)).filter((account) => isCurrent(account, now));
  for (const place of linked.flatMap(({ workspace, team }) => [workspace, team])) {
    const found = place === null ? null : await unit.slackInstallations.find(place);
    if (found !== null && found.endedAt === null) return true;
  }
  return false;
}

/** Where a delivery goes, and for which audience. */
export interface Target {
  installation: SlackInstallation;
  client: WebClient;
  channel: string;
  /** Null for the vendor's people: whether they are requester or reviewer depends on the request. */
  audience: Audience | null;
  /** Null for a channel. */
  person: string | null;
}

/** The recipient no longer exists. `skip` is the delivery code. */
export type Skipped = { skip: string };

const MAX_DIRECT = 10_000;

/** Finds a recipient's current channel: channels change, links expire, apps are removed. */
export class Targets {
  private readonly direct = growingCache<string>(MAX_DIRECT);

  constructor(
    private readonly deps: Deps,
    private readonly side: Pick<SlackIntegration, 'config' | 'logger' | 'installations'>,
  ) {}

  /** @throws DeliveryFailure if the app is not installed there; Slack's errors */
  async find({ recipient, notice: { tenant } }: ClaimedMessage): Promise<Target | Skipped> {
    const to = readRecipient(recipient);
    switch (to.kind) {
      case 'vendor': {
        const place = await this.deps.store.slack.read((unit) => unit.organisation.vendorSlack());
        return place === null ? { skip: 'channel_removed' } : this.inChannel(place, 'reviewer');
      }
      case 'tenant': {
        // A tenant's channel receives notices of that tenant only (P9).
        if (to.tenant !== tenant) return { skip: 'foreign_tenant' };
        const known = await this.deps.store.readForTenant(tenant, (unit) => unit.organisation.tenant(tenant));
        return known?.slack == null ? { skip: 'channel_removed' } : this.inChannel(known.slack, 'approver');
      }
      case 'person':
        return this.directTo(to.person, tenant);
    }
  }

  private async inChannel(place: SlackPlace, audience: Audience): Promise<Target> {
    const installation = await this.side.installations.current(place.teamId);
    if (installation === null) throw new DeliveryFailure('slack_not_installed');
    return {
      installation,
      client: this.client(installation),
      channel: place.channelId,
      audience,
      person: null,
    };
  }

  private async directTo(person: string, tenant: string): Promise<Target | Skipped> {
    const found = await this.deps.store.slack.read(async (unit) => ({
      known: await unit.organisation.person(person),
      accounts: await unit.slackAccounts.ofPerson(person),
    }));
    const { known, accounts } = found;
    if (known === null || known.removedAt !== null) return { skip: 'recipient_removed' };
    if (known.tenant !== null && known.tenant !== tenant) return { skip: 'foreign_tenant' };
    const now = this.deps.clock.now();
    const linked = accounts.filter((account) => isCurrent(account, now));
    if (linked.length === 0) return { skip: 'recipient_unlinked' };
    for (const { workspace, team, user } of linked)
      for (const place of [workspace, team]) {
        const installation = place === null ? null : await this.side.installations.current(place);
        if (installation === null) continue;
        const client = this.client(installation);
        const channel = await this.open(installation, client, user);
        return { installation, client, channel, person, audience: known.tenant === null ? null : 'approver' };
      }
    throw new DeliveryFailure('slack_not_installed');
  }

  private async open({ workspace }: SlackInstallation, client: WebClient, user: string): Promise<string> {
    const key = `${workspace}/${user}`;
    const known = this.direct.get(key);
    if (known !== undefined) return known;
    const { channel } = await client.conversations.open({ users: user });
    if (channel?.id === undefined) throw new DeliveryFailure('slack_failed');
    this.direct.set(key, channel.id);
    return channel.id;
  }

  private client({ token }: SlackInstallation): WebClient {
    return slackClient(this.side.config, this.side.logger, token);
  }
}
