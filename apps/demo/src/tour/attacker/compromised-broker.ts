import { createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { type Deps, endSession, type Grant, startSessionIn } from '@countersign/access';
import { type Signature, type Terms, termsDigest } from '@countersign/contract';
import type { Persona } from '../people.js';
import { TourError } from '../step.js';
import { CREDENTIAL_SECONDS } from '../tour.js';

/** A grant that the intruder has put into the database, with its terms. */
export type InsertedGrant = { id: string; digest: string; terms: Terms };

/** What an intruder with a shell on the broker's host can do alone. It is all that the attacks of the tour need. */
export interface CompromisedBroker {
  /** Signs in as that person. @returns the session's secret, and a function that ends the session */
  signInAs(persona: Persona): Promise<{ secret: string; end(): Promise<void> }>;
  /** Inserts an approved grant like `like` with other terms into the database, and announces it in the gateways' feed. */
  insertGrant(like: string, tenant: string, change: Partial<Terms>): Promise<InsertedGrant>;
  /** The key that signs every token. */
  signingKey(): Promise<{ kid: string; key: KeyObject }>;
}

/** Works on the broker's own database, opened with the master key as host verbs open it. */
export function compromisedBroker(deps: Deps): CompromisedBroker {
  const { store, ids, hashing } = deps;
  return {
    async signInAs({ email, tenant }) {
      const known = await store.directory.read((unit) => unit.organisation.persons(email));
      const person = known.find((each) => each.tenant === tenant);
      if (person === undefined)
        throw new TourError(
          'tour_failed',
          `${email} is not known here: the tour needs the demo's organisation`,
        );
      const draft = {
        ...({ person, assurance: 'oidc', device: 'the tour', parent: null, replaces: null } as const),
        authenticatedAt: deps.clock.now().toISOString(),
      };
      const limits = { idle: CREDENTIAL_SECONDS, absolute: CREDENTIAL_SECONDS };
      const { secret, session } = await store.sessions.write((unit) =>
        startSessionIn(deps, unit, draft, limits),
      );
      return {
        secret,
        end: () => endSession(deps, { person, channel: 'web', assurance: 'oidc' }, session.id),
      };
    },

    insertGrant: (like, tenant, change) =>
      store.forTenant(tenant, async (unit) => {
        const grant = await unit.grants.find(like);
        const request = grant === null ? null : await unit.requests.find(grant.request);
        if (grant === null || request === null)
          throw new TourError('tour_failed', `there is no grant ${like}`);
        const terms: Terms = { ...request.terms, request: ids.next('req'), ...change };
        const digest = termsDigest(hashing, terms);
        await unit.requests.insert({ ...request, id: terms.request, digest, terms, grant: null });
        const forged: Grant = { ...grant, id: ids.next('grt'), request: terms.request, digest };
        await unit.grants.insert({ ...forged, used: { calls: 0, bytes: 0 } });
        await unit.feed.changed('grant', forged.id);
        return { id: forged.id, digest, terms };
      }),

    async signingKey() {
      const keys = await store.signingKeys.read((unit) => unit.keys.list('token'));
      const [newest] = keys.filter(({ revokedAt, retiresAt }) => revokedAt === null && retiresAt === null);
      if (newest === undefined) throw new TourError('tour_failed', 'the broker has no key that signs tokens');
      return { kid: newest.kid, key: createPrivateKey(newest.secret) };
    },
  };
}

/** The claims of a real token. Their content does not matter. */
export type StolenClaims = Readonly<Record<string, unknown>>;

/** Copies the claims of a real token, without its countersignatures. */
export function copyClaims(token: string): StolenClaims {
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  const { countersignatures: _signatures, ...claims } = JSON.parse(text) as Record<string, unknown>;
  return claims;
}

/**
 * A token for another grant than the copied claims name, signed as the broker signs (ES256). It does not use the broker's
 * minter, which would refuse it.
 */
export function forgeToken(
  claims: StolenClaims,
  { id, digest, terms }: InsertedGrant,
  countersignatures: readonly Signature[],
  { kid, key }: { kid: string; key: KeyObject },
): string {
  const payload = {
    ...claims,
    jti: randomUUID(),
    grant_id: id,
    digest,
    authorization_details: [{ type: 'tenant_data', terms }],
    ...(countersignatures.length === 0 ? {} : { countersignatures }),
  };
  const encoded = [{ alg: 'ES256', typ: 'at+jwt', kid }, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const input = encoded.join('.');
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
