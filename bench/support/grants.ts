import { createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { nodeHashing } from '@countersign/authorization';
import { generateSigningKey, grantTokenToSign } from '@countersign/authorization/mint';
import {
  routeMapHash,
  type ServiceDefinition,
  type Terms,
  termsDigest,
  toInstant,
} from '@countersign/contract';
import type { SnapshotData } from '@countersign/gateway-protocol';
import { v7 } from 'uuid';

export const ISSUER = 'http://localhost:4000';
const HOUR = 3_600;

export type BenchGrant = { id: string; digest: string; startsAt: string; endsAt: string; terms: Terms };

/** Grants of one service and the tokens for them, made as the broker makes them, without one. */
export class GrantMaker {
  private readonly signing = generateSigningKey();
  private readonly privateKey: KeyObject = createPrivateKey(this.signing.privatePem);

  constructor(readonly service: ServiceDefinition) {}

  grant(): BenchGrant {
    const now = Date.now();
    const terms: Terms = {
      v: 1,
      deployment: `dep_${v7()}`,
      request: `req_${v7()}`,
      basis: 'approval',
      tenant: 'acme',
      service: this.service.name,
      routes: routeMapHash(nodeHashing, this.service),
      scope: [{ resource: 'invoices/*', actions: ['read'] }],
      seconds: HOUR,
      startsOn: 'approval',
      lapsesAt: toInstant(new Date(now + 12 * HOUR * 1000)),
      requester: `usr_${v7()}`,
      justification: `c1:${'A'.repeat(43)}`,
    };
    return {
      id: `grt_${v7()}`,
      digest: termsDigest(nodeHashing, terms),
      startsAt: toInstant(new Date(now)),
      endsAt: toInstant(new Date(now + HOUR * 1000)),
      terms,
    };
  }

  /** Other active grants, spread over so many other tenants. No one has tokens for them, so that their digests may be any. */
  crowd(like: BenchGrant, grants: number, tenants: number): BenchGrant[] {
    return Array.from({ length: grants }, (_, index) => ({
      ...like,
      id: `grt_${v7()}`,
      digest: `sha256:${index.toString(16).padStart(64, '0')}`,
      terms: { ...like.terms, tenant: `tenant-${index % tenants}` },
    }));
  }

  token(grant: BenchGrant): string {
    const { terms, digest } = grant;
    const { bytes, signed } = grantTokenToSign({
      issuer: ISSUER,
      audience: this.service.audience,
      subject: terms.requester,
      jti: randomUUID(),
      now: new Date(),
      tokenTtlSeconds: HOUR / 2,
      grant,
      tenant: terms.tenant,
      terms,
      digest,
      signer: { kid: this.signing.kid, alg: 'ES256' },
    });
    return signed(sign('sha256', bytes, { key: this.privateKey, dsaEncoding: 'ieee-p1363' }));
  }

  get publicJwk() {
    return this.signing.publicJwk;
  }

  /** What a feed would say with these grants active. */
  snapshot(grants: readonly BenchGrant[]): SnapshotData {
    const { name, upstream, audience } = this.service;
    return {
      nonce: Buffer.alloc(32).toString('base64url'),
      issuer: ISSUER,
      grants: grants.map(({ id, digest, startsAt, endsAt, terms }) => ({
        ...{ id, digest, startsAt, endsAt, budget: null },
        ...{ tenant: terms.tenant, service: terms.service },
      })),
      services: [{ name, upstream, audience, routes: routeMapHash(nodeHashing, this.service) }],
      routeMaps: [this.service],
      keys: [{ ...this.publicJwk }],
      tenants: [...new Set(grants.map(({ terms }) => terms.tenant))].map((slug) => ({ slug, forbid: [] })),
      locks: [],
    };
  }
}

/** A service with so many routes; the invoices that the grants are for stand in the middle. */
export function serviceWith(routes: number): ServiceDefinition {
  const other = Array.from({ length: routes - 1 }, (_, index) => ({
    method: 'GET',
    path: `/tenants/{tenant}/area-${index % 97}/kind-${index}/{id}`,
    resource: `area-${index % 97}/kind-${index}/{id}`,
    action: 'read',
  }));
  const invoices = {
    method: 'GET',
    path: '/tenants/{tenant}/invoices/{id}',
    resource: 'invoices/{id}',
    action: 'read',
  };
  const middle = Math.floor(other.length / 2);
  return {
    name: 'billing',
    upstream: 'http://127.0.0.1:9',
    audience: 'billing',
    tenantFrom: 'path',
    routes: [...other.slice(0, middle), invoices, ...other.slice(middle)],
  };
}
