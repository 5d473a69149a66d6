import {
  type Delivery,
  DeliveryFailure,
  type Deps,
  type SlackInstallation,
  type SlackPlace,
} from '@countersign/access';
import type { WebClient } from '@slack/web-api';
import { LRUCache } from 'lru-cache';
import type { SlackSide } from '../app.js';
import { slackClient } from '../client.js';
import type { Audience } from '../messages/request-card.js';
import { readRecipient } from './recipients.js';

/** Where a delivery goes, and as what its reader reads. */
export interface Target {
  installation: SlackInstallation;
  client: WebClient;
  channel: string;
  /** Null for somebody whose part is known only with the request. */
  audience: Audience | null;
  /** Null for a channel. */
  person: string | null;
}

/** A recipient that is no more: nobody is told. */
export type Gone = { skip: string };

const MOST_DIRECT = 10_000;

/** Finds where a recipient is now: channels change, accounts lapse, apps are removed. */
export class Targets {
  private readonly direct = new LRUCache<string, string>({ max: MOST_DIRECT });

  constructor(
    private readonly deps: Deps,
    private readonly side: Pick<SlackSide, 'config' | 'logger' | 'installations'>,
  ) {}

  /** @throws DeliveryFailure where the app is not there; what Slack answers */
  async find({ recipient, tenant }: Delivery): Promise<Target | Gone> {
    const to = readRecipient(recipient);
    switch (to.kind) {
      case 'vendor': {
        const place = await this.deps.store.slack.read((unit) => unit.organisation.vendorSlack());
        return place === null ? { skip: 'channel_removed' } : this.inChannel(place, 'reviewer');
      }
      case 'tenant': {
        // One tenant's channel hears of that tenant alone (P9).
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

  private async directTo(person: string, tenant: string): Promise<Target | Gone> {
    const found = await this.deps.store.slack.read(async (unit) => ({
      known: await unit.organisation.person(person),
      accounts: await unit.slackAccounts.ofPerson(person),
    }));
    const { known, accounts } = found;
    if (known === null || known.removedAt !== null) return { skip: 'recipient_removed' };
    if (known.tenant !== null && known.tenant !== tenant) return { skip: 'foreign_tenant' };
    const now = this.deps.clock.now().getTime();
    const linked = accounts.filter(({ expiresAt }) => now < Date.parse(expiresAt));
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
