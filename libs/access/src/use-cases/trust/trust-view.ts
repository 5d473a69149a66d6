import { servesTenant } from '../../domain/gateway-binding.js';
import type { Principal } from '../../domain/person.js';
import { startsNewChain } from '../../domain/trust/trust-document.js';
import type { TrustReset, TrustVersion } from '../../domain/trust/trust-version.js';
import { notFound } from '../../errors.js';
import type { GatewayPin, LogHead } from '../../ports/index.js';
import { signingKey } from '../gateways/broker-keys.js';
import type { Deps } from '../shared/deps.js';
import { requireTenantAccess } from '../shared/tenant-access.js';
import { type ProposalView, proposalView } from './trust-proposals.js';

/** A tenant's current trust, with what anchors it outside the broker. */
export interface TrustView {
  /** Oldest first; empty while the tenant is unclaimed. */
  chain: TrustVersion[];
  proposal: ProposalView | null;
  /** The open reset; null if none is open. */
  reset: TrustReset | null;
  /** Public half of the key that signs the tenant's log, JWK; null before the broker's first start. */
  logKey: Record<string, unknown> | null;
  log: LogHead;
  /** Enrolled gateways that serve this tenant and are not revoked, with what each has pinned of it. */
  gateways: {
    id: string;
    name: string;
    /** Raw Ed25519 public key, base64url; null until the gateway has registered it. */
    publicKey: string | null;
    /** Null: every service. */
    services: string[] | null;
    pin: GatewayPin | null;
  }[];
}

/** @throws AccessError `forbidden`, `not_found` */
export async function getTrust(deps: Deps, principal: Principal, tenant: string): Promise<TrustView> {
  requireTenantAccess(principal, 'trust.read', tenant);
  const own = await deps.store.readForTenant(tenant, async (unit) => {
    if ((await unit.organisation.tenant(tenant)) === null) throw notFound('tenant');
    const chain = await unit.trust.chain(tenant);
    const open = await unit.trust.openProposal(tenant);
    const reset = await unit.trust.openReset(tenant);
    const last = chain.at(-1) ?? null;
    const isAnew = open !== null && reset !== null && startsNewChain(open.document, { current: last });
    const people = open === null ? [] : await unit.organisation.people(tenant);
    const signatures = open === null ? [] : await unit.trust.signatures(open.id);
    const basis = { current: isAnew ? null : last, people };
    return {
      chain,
      proposal: open === null ? null : proposalView(open, signatures, basis),
      reset,
      log: await unit.events.head(),
    };
  });
  const around = await deps.store.gateways.read(async (unit) => ({
    logKey: signingKey(await unit.keys.list('log'), deps.clock.now())?.publicJwk ?? null,
    gateways: (await unit.gateways.list()).filter(
      (gateway) => gateway.revokedAt === null && servesTenant(gateway, tenant),
    ),
  }));
  return {
    ...own,
    logKey: around.logKey,
    gateways: around.gateways.map(({ id, name, publicKey, services, pins }) => ({
      id,
      name,
      publicKey,
      services,
      pin: pins.find((pin) => pin.tenant === tenant) ?? null,
    })),
  };
}
