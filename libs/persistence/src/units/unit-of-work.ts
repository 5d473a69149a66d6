import type { IdempotencyWrites, TenantUnit, VendorUnit } from '@countersign/access';
import { DEPLOYMENT_SLUG } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import type { UnitRules } from '../engine/engine.js';
import { ApiKeys, Gateways, SigningKeys } from '../repositories/credentials.js';
import { Deliveries } from '../repositories/deliveries.js';
import { Grants } from '../repositories/grants.js';
import { IdempotentAnswers } from '../repositories/idempotency.js';
import { Invitations } from '../repositories/invitations.js';
import { Leases } from '../repositories/leases.js';
import { Locks } from '../repositories/locks.js';
import { Openings } from '../repositories/openings.js';
import { OrganisationReader, OrganisationWriter } from '../repositories/organisation.js';
import type { OrganisationCache } from '../repositories/organisation-cache.js';
import { TenantOutbox } from '../repositories/outbox.js';
import { Records } from '../repositories/records.js';
import { RelayedStops } from '../repositories/relayed-stops.js';
import { Requests } from '../repositories/requests.js';
import { Reviews } from '../repositories/reviews.js';
import { Identities, Sessions, SignInAttempts } from '../repositories/sign-in.js';
import { SigningMeans } from '../repositories/signing-means.js';
import { SlackAccounts, SlackInstallations } from '../repositories/slack.js';
import { Stops } from '../repositories/stops.js';
import { Trust } from '../repositories/trust.js';
import type { UnitContext } from './context.js';
import { FeedTail } from './feed-tail.js';
import { checkedSlug } from './slug.js';
import { TenantLog } from './tenant-log.js';

/** Everything that one writing transaction hands out; `flush` writes what was held back until its end. */
export class UnitOfWork {
  readonly #logs = new Map<string, TenantLog>();
  readonly #feed: FeedTail;
  #told = false;
  #organisationHeld: Promise<void> | undefined;

  constructor(
    private readonly manager: EntityManager,
    private readonly context: UnitContext,
    private readonly rules: UnitRules,
    /** Null where the unit may change the organisation: what it reads then is nobody else's yet. */
    private readonly organisation: OrganisationCache | null,
  ) {
    this.#feed = new FeedTail(manager, context.random);
  }

  /** @throws StoreError `invalid_tenant` where the text is no slug */
  async tenant(slug: string): Promise<TenantUnit> {
    const { manager, context } = this;
    const log = await this.log(checkedSlug(slug));
    const reach = { tenant: slug };
    return {
      tenant: slug,
      requests: new Requests(manager, reach),
      reviews: new Reviews(manager, reach),
      grants: new Grants(manager, reach),
      invitations: new Invitations(manager, reach),
      openings: new Openings(manager, reach),
      organisation: new OrganisationReader(manager, reach, this.organisation),
      locks: new Locks(manager, reach),
      records: new Records(manager, reach),
      leases: new Leases(manager, reach),
      signingMeans: new SigningMeans(manager, reach),
      trust: new Trust(manager, reach),
      stops: new Stops(manager, reach),
      relayed: new RelayedStops(manager, reach),
      log,
      outbox: new TenantOutbox(manager, slug, context.ids, () => {
        this.#told = true;
      }),
      feed: this.#feed,
      idempotency: this.answersOf(slug),
    };
  }

  async vendor(): Promise<VendorUnit> {
    const { manager, context } = this;
    const organisation = new OrganisationWriter(manager, null, () => {
      this.#organisationHeld ??= this.rules.beforeOrganisationChange(manager);
      return this.#organisationHeld;
    });
    return {
      tenant: (slug) => this.tenant(slug),
      organisation,
      locks: new Locks(manager, { tenant: DEPLOYMENT_SLUG }),
      apiKeys: new ApiKeys(manager, organisation),
      sessions: new Sessions(manager),
      identities: new Identities(manager),
      attempts: new SignInAttempts(manager),
      gateways: new Gateways(manager),
      keys: new SigningKeys(manager, context.sealer),
      deliveries: new Deliveries(manager),
      slack: {
        installations: new SlackInstallations(manager, context.sealer),
        accounts: new SlackAccounts(manager),
      },
      trust: new Trust(manager, 'everybody'),
      openReviewsOf: (person) => new Reviews(manager, 'everybody').openOf(person),
      invitationsOf: (person) => new Invitations(manager, 'everybody').standingOf(person),
      liveGrantsOf: (basis) => new Grants(manager, 'everybody').liveOf(basis),
      relayedBy: (gateway) => new RelayedStops(manager, 'everybody').by(gateway),
      log: await this.log(DEPLOYMENT_SLUG),
      feed: this.#feed,
      idempotency: {
        ...this.answersOf(DEPLOYMENT_SLUG),
        clearExpired: (now) => new IdempotentAnswers(manager).clearExpired(now),
      },
    };
  }

  async flush(): Promise<void> {
    for (const log of this.#logs.values()) await log.flush();
    const changed = await this.#feed.flush();
    if (changed || this.#told) await this.rules.announce(this.manager);
  }

  private answersOf(tenant: string): IdempotencyWrites {
    const answers = new IdempotentAnswers(this.manager);
    return {
      save: (principal, route, key, answer, kept) =>
        answers.save(tenant, { principal, route, key }, answer, kept),
    };
  }

  private async log(tenant: string): Promise<TenantLog> {
    const known = this.#logs.get(tenant);
    if (known !== undefined) return known;
    const log = await TenantLog.open(this.manager, this.context, tenant);
    this.#logs.set(tenant, log);
    return log;
  }
}
