import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { type generateSigningKey, grantTokenToSign } from '@countersign/authorization/mint';
import {
  routeMapHash,
  type ServiceDefinition,
  type Terms,
  termsDigest,
  toInstant,
} from '@countersign/contract';
import type { FeedGrant } from '@countersign/gateway-protocol';
import { v7 } from 'uuid';
import { forgedToken, hashing, sampleTerms } from '../factories/grant-token.js';

/** A grant of the fake, with everything that a token needs. */
export type FakeGrant = FeedGrant & { terms: Terms };

/** What a test may choose for a grant. The default is a grant of acme's invoices for an hour. */
export type GrantWishes = {
  tenant?: string;
  service?: string;
  scope?: Terms['scope'];
  /** Seconds from now. */
  startsIn?: number;
  seconds?: number;
  budget?: FeedGrant['budget'];
  /** Comes with a budget of one call, as terms require, unless the test chooses another one. */
  change?: Terms['change'];
  routes?: string;
  basis?: Terms['basis'];
  unmasked?: true;
  invitation?: string;
  /** Until when the terms could be approved; absent: for a day. */
  lapsesAt?: string;
};

export type TokenOptions = { ttlSeconds?: number; audience?: string; issuer?: string; now?: Date };

/** What grants and tokens need of a broker. */
type Issuer = {
  deployment: string;
  issuer: string;
  services: readonly ServiceDefinition[];
  signing: ReturnType<typeof generateSigningKey>;
  /** Added to the time of forged tokens, in milliseconds. */
  clockOffset: number;
};

export function createGrant(broker: Issuer, wishes: GrantWishes): FakeGrant {
  const service = broker.services.find(({ name }) => name === (wishes.service ?? 'billing'));
  if (service === undefined) throw new Error('the fake has no such service');
  const seconds = wishes.seconds ?? 3_600;
  const budget = wishes.budget === undefined && wishes.change !== undefined ? { calls: 1 } : wishes.budget;
  const starts = Math.floor(Date.now() / 1_000) + (wishes.startsIn ?? 0);
  const terms: Terms = {
    ...sampleTerms,
    deployment: broker.deployment,
    request: `req_${v7()}`,
    tenant: wishes.tenant ?? 'acme',
    service: service.name,
    routes: wishes.routes ?? routeMapHash(hashing, service),
    scope: wishes.scope ?? [
      { resource: 'invoices', actions: ['create', 'list'] },
      { resource: 'invoices/*', actions: ['read', 'update'] },
    ],
    seconds,
    lapsesAt: wishes.lapsesAt ?? toInstant(new Date(Math.max(Date.now(), starts * 1_000) + 86_400_000)),
    ...(budget ? { budget } : {}),
    ...(wishes.change ? { change: wishes.change } : {}),
    ...(wishes.basis ? { basis: wishes.basis } : {}),
    ...(wishes.unmasked ? { unmasked: wishes.unmasked } : {}),
    ...(wishes.invitation ? { invitation: wishes.invitation } : {}),
  };
  const grant: FakeGrant = {
    id: `grt_${v7()}`,
    digest: termsDigest(hashing, terms),
    tenant: terms.tenant,
    service: terms.service,
    startsAt: toInstant(new Date(starts * 1_000)),
    endsAt: toInstant(new Date((starts + seconds) * 1_000)),
    budget: budget ?? null,
    terms,
  };
  return grant;
}

/** A grant token, minted as the broker mints them. */
export function mintToken(broker: Issuer, grant: FakeGrant, options: TokenOptions): string {
  const { kid, privatePem } = broker.signing;
  const { bytes, signed } = grantTokenToSign({
    issuer: options.issuer ?? broker.issuer,
    audience: options.audience ?? grant.service,
    subject: grant.terms.requester,
    jti: randomUUID(),
    now: options.now ?? new Date(),
    tokenTtlSeconds: options.ttlSeconds ?? 300,
    grant,
    tenant: grant.tenant,
    terms: grant.terms,
    digest: grant.digest,
    signer: { kid, alg: 'ES256' },
  });
  const key = createPrivateKey(privatePem);
  return signed(sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }));
}

/** Any claims, signed with the broker's own key. */
export function forgeToken(broker: Issuer, grant: FakeGrant, change: Record<string, unknown>): string {
  const { kid, privatePem } = broker.signing;
  const now = Math.floor((Date.now() + broker.clockOffset) / 1_000);
  const claims = {
    iss: broker.issuer,
    aud: grant.service,
    sub: grant.terms.requester,
    client_id: 'countersign',
    jti: randomUUID(),
    iat: now,
    nbf: Math.max(now, Date.parse(grant.startsAt) / 1_000),
    exp: Math.min(now + 300, Date.parse(grant.endsAt) / 1_000),
    grant_id: grant.id,
    grant_nbf: Date.parse(grant.startsAt) / 1_000,
    grant_exp: Date.parse(grant.endsAt) / 1_000,
    tenant: grant.tenant,
    digest: grant.digest,
    authorization_details: [{ type: 'tenant_data', terms: grant.terms }],
    ...change,
  };
  return forgedToken({ alg: 'ES256', typ: 'at+jwt', kid }, claims, createPrivateKey(privatePem));
}
