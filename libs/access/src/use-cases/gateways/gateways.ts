import { hasHiddenCharacters } from '@countersign/contract';
import { EVERYTHING, type GatewayBinding } from '../../domain/gateway-binding.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import type { ChainName, EnrolledGateway, GatewaysUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { hexDigest, randomText } from '../shared/secrets.js';
import { signingKey } from './broker-keys.js';

/** The credential of a new gateway; `secret` is shown this once. */
interface Enrolment extends GatewayBinding {
  id: string;
  name: string;
  secret: string;
  /** Public half of the feed key, JWK. */
  feedKey: Record<string, unknown>;
}

/**
 * Enrols a gateway, on the host.
 *
 * @param binding what it may serve; by default everything
 * @throws AccessError `invalid_request` for a name with hidden characters, `conflict` if the name is taken or there is no
 *   feed key, `not_found` for an unknown service or tenant
 */
export function enrolGateway(
  deps: Deps,
  name: string,
  binding: Partial<GatewayBinding> = {},
): Promise<Enrolment> {
  const { services, tenants } = { ...EVERYTHING, ...binding };
  return deps.store.gateways.write(async (unit) => {
    if (hasHiddenCharacters(name))
      throw new AccessError(
        'invalid_request',
        'A gateway’s name has no characters that are invisible or change the direction of text.',
      );
    const now = deps.clock.now();
    await requireKnown(unit, { services, tenants });
    if ((await unit.gateways.list()).some((each) => each.name === name && each.revokedAt === null))
      throw new AccessError(
        'conflict',
        `A gateway named “${name}” is enrolled already. Revoke it first, or choose another name.`,
      );
    const feedKey = signingKey(await unit.keys.list('feed'), now);
    if (feedKey === undefined)
      throw new AccessError('conflict', 'There is no feed key yet. Run migrate first.');
    const secret = randomText(deps.random, 32);
    const gateway: EnrolledGateway = {
      id: deps.ids.next('gtw'),
      name,
      secretHash: hexDigest(deps.hashing, secret),
      publicKey: null,
      createdAt: now.toISOString(),
      revokedAt: null,
      lastSeenAt: null,
      closedAt: null,
      pins: [],
      pinsAt: null,
      services,
      tenants,
      version: null,
      forms: null,
    };
    await unit.gateways.insert(gateway);
    await unit.log.append({
      type: 'gateway.enrolled',
      at: now.toISOString(),
      actor: 'host',
      data: {
        gateway: gateway.id,
        // Every tenant may read this log, so it does not name the others.
        serves: { services: services?.length ?? null, tenants: tenants?.length ?? null },
      },
      personal: { name },
    });
    return { id: gateway.id, name, secret, feedKey: feedKey.publicJwk, services, tenants };
  });
}

/** A name with a typing error would leave the gateway without anything to serve. @throws AccessError `not_found` */
async function requireKnown(
  { organisation }: Pick<GatewaysUnit, 'organisation'>,
  { services, tenants }: GatewayBinding,
): Promise<void> {
  const hint = 'Apply an organisation file that has it first, or correct the name.';
  for (const name of services ?? [])
    if ((await organisation.service(name)) === null)
      throw new AccessError('not_found', `There is no service “${name}”. ${hint}`);
  for (const slug of tenants ?? [])
    if ((await organisation.tenant(slug)) === null)
      throw new AccessError('not_found', `There is no tenant “${slug}”. ${hint}`);
}

/** Every enrolled gateway, newest first, revoked ones included. */
export async function listGateways(deps: Deps, principal: Principal): Promise<EnrolledGateway[]> {
  requirePermission(principal, 'gateway.read');
  const gateways = await deps.store.gateways.read((unit) => unit.gateways.list());
  return gateways.reverse();
}

/** Revokes a gateway at once. @throws AccessError `not_found` */
export function revokeGateway(deps: Deps, id: string): Promise<void> {
  return deps.store.gateways.write(async (unit) => {
    const at = deps.clock.now().toISOString();
    if (!(await unit.gateways.revoke(id, at))) throw notFound('gateway');
    await unit.log.append({ type: 'gateway.revoked', at, actor: 'host', data: { gateway: id } });
    await unit.feed.changed('gateway', id);
  });
}

/** The gateway that presents `gtw_….secret`; null if it is unknown or revoked, or the secret is wrong. */
export async function authenticateGateway(deps: Deps, presented: string): Promise<EnrolledGateway | null> {
  const dot = presented.indexOf('.');
  if (!presented.startsWith('gtw_') || dot === -1) return null;
  const gateway = await deps.store.gateways.read((unit) => unit.gateways.find(presented.slice(0, dot)));
  if (gateway === null || gateway.revokedAt !== null) return null;
  // Both are SHA-256 hashes of a high-entropy secret, so the timing of the comparison helps no one to guess it.
  return gateway.secretHash === hexDigest(deps.hashing, presented.slice(dot + 1)) ? gateway : null;
}

/** Registers a gateway's own Ed25519 key, once; the same key again is no error. @throws AccessError `already_registered` */
export function registerIdentity(deps: Deps, id: string, publicKey: string): Promise<void> {
  return deps.store.gateways.write(async (unit) => {
    const gateway = await unit.gateways.find(id);
    if (gateway === null) throw notFound('gateway');
    if (gateway.publicKey === publicKey) return;
    const at = deps.clock.now().toISOString();
    if (!(await unit.gateways.registerIdentity(id, publicKey, at)))
      throw new AccessError(
        'already_registered',
        'This gateway has registered another identity. If its disk was lost, enrol it again.',
      );
    await unit.log.append({
      type: 'gateway.registered',
      at,
      actor: id,
      data: { gateway: id, publicKey },
    });
  });
}

/** Stores which version a gateway is and which forms it reads and writes. Writes only if that has changed. */
export async function recordVersion(
  deps: Deps,
  gateway: Pick<EnrolledGateway, 'id' | 'version' | 'forms'>,
  { version, forms }: { version: string; forms: string },
): Promise<void> {
  if (gateway.version === version && gateway.forms === forms) return;
  await deps.store.gateways.write((unit) => unit.gateways.setVersion(gateway.id, version, forms));
}

/**
 * Logs that someone sent records with this gateway's credential that no gateway sends. `signature`: they lack the signature of
 * its identity, so the credential may be stolen. `binding`: they are for a tenant that the gateway does not serve; the
 * deployment's log, which every tenant reads, does not say which. The caller limits how often.
 */
export function reportForgedBatch(
  deps: Deps,
  { gateway, boot }: ChainName,
  reason: 'signature' | 'binding',
): Promise<void> {
  return deps.store.gateways.write(async (unit) => {
    await unit.log.append({
      type: 'gateway.mismatch',
      at: deps.clock.now().toISOString(),
      actor: gateway,
      data: { gateway, boot, reason },
    });
  });
}
