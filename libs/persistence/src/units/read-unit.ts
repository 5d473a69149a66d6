import type { ReadUnit, VendorReadUnit } from '@countersign/access';
import { DEPLOYMENT_SLUG } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { comparable } from '../entities/instants.js';
import type { Reach } from '../repositories/bound.js';
import { ApiKeys, Gateways, SigningKeys } from '../repositories/credentials.js';
import { Deliveries } from '../repositories/deliveries.js';
import { Events } from '../repositories/events.js';
import { Feed } from '../repositories/feed.js';
import { Grants } from '../repositories/grants.js';
import { IdempotentAnswers } from '../repositories/idempotency.js';
import { Invitations } from '../repositories/invitations.js';
import { Leases } from '../repositories/leases.js';
import { Locks } from '../repositories/locks.js';
import { Openings } from '../repositories/openings.js';
import { OrganisationReader, OrganisationWriter } from '../repositories/organisation.js';
import { WaitingNotices } from '../repositories/outbox.js';
import { Records } from '../repositories/records.js';
import { RelayedStops } from '../repositories/relayed-stops.js';
import { Requests } from '../repositories/requests.js';
import { Reviews } from '../repositories/reviews.js';
import { Identities, Sessions, SignInAttempts } from '../repositories/sign-in.js';
import { SigningMeans } from '../repositories/signing-means.js';
import { SlackAccounts, SlackInstallations, SlackPosts } from '../repositories/slack.js';
import { Stops } from '../repositories/stops.js';
import { Trust } from '../repositories/trust.js';
import type { UnitContext } from './context.js';
import { checkedSlug } from './slug.js';

function reads(manager: EntityManager, context: UnitContext, reach: Reach, log: string) {
  return {
    requests: new Requests(manager, reach),
    reviews: new Reviews(manager, reach),
    grants: new Grants(manager, reach),
    invitations: new Invitations(manager, reach),
    openings: new Openings(manager, reach),
    organisation: new OrganisationReader(manager, reach, context.organisation),
    locks: new Locks(manager, reach),
    events: new Events(manager, log, context.hashing),
    records: new Records(manager, reach),
    signingMeans: new SigningMeans(manager, reach),
    trust: new Trust(manager, reach),
    stops: new Stops(manager, reach),
    relayed: new RelayedStops(manager, reach),
  };
}

/** @throws StoreError `invalid_tenant` where the text is no slug */
export function tenantReads(manager: EntityManager, context: UnitContext, slug: string): ReadUnit {
  return reads(manager, context, { tenant: checkedSlug(slug) }, slug);
}

/** `events` is the deployment's log; a tenant's is read in the tenant's own unit. */
export function vendorReads(manager: EntityManager, context: UnitContext): VendorReadUnit {
  const shared = reads(manager, context, 'everybody', DEPLOYMENT_SLUG);
  const organisation = new OrganisationWriter(manager, context.organisation);
  return {
    ...shared,
    organisation,
    apiKeys: new ApiKeys(manager, organisation),
    sessions: new Sessions(manager),
    identities: new Identities(manager),
    attempts: new SignInAttempts(manager),
    gateways: new Gateways(manager),
    keys: new SigningKeys(manager, context.sealer),
    outbox: new WaitingNotices(manager),
    deliveries: new Deliveries(manager),
    slack: {
      installations: new SlackInstallations(manager, context.sealer),
      accounts: new SlackAccounts(manager),
      posts: new SlackPosts(manager),
    },
    feed: new Feed(manager),
    leases: new Leases(manager, 'everybody'),
    idempotency: new IdempotentAnswers(manager),
    due: async (now, limit) => ({
      requests: await shared.requests.due(comparable(now), limit),
      reminders: await shared.requests.toRemindOf(comparable(now), limit),
      grants: await shared.grants.due(comparable(now), limit),
      locks: await shared.locks.due(comparable(now), limit),
      invitations: await shared.invitations.due(comparable(now), limit),
    }),
    trustChains: () => shared.trust.chains(),
    trustEnding: (window, days) => shared.trust.ending(window, days),
    allStops: () => shared.stops.all(),
    relayedStops: () => shared.relayed.ofEnrolled(),
    everything: () => organisation.everything(),
    services: () => organisation.services(),
    tenants: () => organisation.tenants(),
    knowsTenant: (slug) => organisation.knowsTenant(slug),
    withRole: (tenant, role) => organisation.withRole(tenant, role),
    vendorSlack: () => organisation.vendorSlack(),
    oidc: (tenant) => organisation.oidc(tenant),
    webhooks: (tenant) => organisation.webhooks(tenant),
    persons: (email) => organisation.persons(email),
  };
}
