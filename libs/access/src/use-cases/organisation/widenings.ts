import {
  canonicalJson,
  type Permission,
  parseSignature,
  parseWidening,
  type Signature,
  sha256Digest,
  WIDENING_TYPE,
  type WideningState,
  type WideningStatement,
} from '@countersign/contract';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import type { PrivacyControls } from '../../domain/privacy-controls.js';
import { parseInput, wrongStatement } from '../../domain/validate-input.js';
import {
  type ControlsWidening,
  isConfirmed,
  isSigned,
  lapsesAt,
  mayConfirm,
  needsConfirmation,
  takesEffectAt,
  type Widening,
} from '../../domain/widening.js';
import { AccessError, notFound } from '../../errors.js';
import type { ListFilter, Page, PageQuery, ReadUnit, TenantUnit } from '../../ports/index.js';
import { wideningNotice } from '../notices/notices.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import type { Deps, SigningDeps } from '../shared/deps.js';
import { requireOwnTenant, requireTenantAccess } from '../shared/tenant-access.js';
import { requireSignedBy, signingPoint } from '../shared/verify-signature.js';
import { readAsPerson } from '../shared/visible-objects.js';
import { endWideningIn, namesOf, saveWidening, scheduled, wideningFacts } from './waiting-changes.js';

/** A widening, and what it waits for now. */
export interface WideningView {
  widening: Widening;
  /** The first instant at which it may take effect. */
  takesEffectAt: string;
  /** Whether an admin still has to confirm it. */
  needsConfirmation: boolean;
  /** Whether the confirmation has to be signed with a passkey. */
  isSigned: boolean;
  /** If no one confirms it. Null: it needs no confirmation, or has one. */
  lapsesAt: string | null;
  /** The admins who may confirm it now. */
  confirmers: string[];
}

type Reads = Pick<TenantUnit, 'tenant'> & Pick<ReadUnit, 'organisation' | 'trust'>;

/** @param present the controls now */
export async function wideningView(
  unit: Reads,
  widening: Widening,
  present: PrivacyControls,
): Promise<WideningView> {
  const facts = await wideningFacts(unit, present);
  const lacks = widening.state === 'waiting' && !isConfirmed(widening, facts);
  return {
    widening,
    takesEffectAt: takesEffectAt(widening, present),
    needsConfirmation: lacks,
    isSigned: isSigned(widening, facts),
    lapsesAt: lacks ? lapsesAt(widening, present) : null,
    confirmers: lacks ? widening.admins.filter((person) => mayConfirm(widening, facts, person)) : [],
  };
}

async function presentControls({ tenant, organisation }: Reads): Promise<PrivacyControls> {
  const record = await organisation.tenant(tenant);
  if (record === null) throw notFound('tenant');
  return record.controls;
}

/** The tenant's widenings, newest first, for everyone who reads its controls. @throws AccessError `forbidden`, `not_found` */
export function listWidenings(
  deps: Deps,
  principal: Principal,
  tenant: string,
  filter: Pick<ListFilter, 'state'>,
  page: PageQuery,
): Promise<Page<WideningView>> {
  requireTenantAccess(principal, 'controls.read', tenant);
  return deps.store.readForTenant(tenant, async (unit) => {
    const own = { tenant, organisation: unit.organisation, trust: unit.trust };
    const present = await presentControls(own);
    const { items, next } = await unit.widenings.list(filter, page);
    return { items: await Promise.all(items.map((each) => wideningView(own, each, present))), next };
  });
}

/** @throws AccessError `forbidden`, `not_found` */
export async function getWidening(
  deps: Deps,
  principal: Principal,
  tenant: string,
  id: string,
): Promise<WideningView> {
  requireTenantAccess(principal, 'controls.read', tenant);
  return deps.store.readForTenant(tenant, async ({ widenings, organisation, trust }) => {
    const widening = await widenings.find(id);
    if (widening === null || widening.tenant !== tenant) throw notFound('widening');
    const own = { tenant, organisation, trust };
    return wideningView(own, widening, await presentControls(own));
  });
}

/**
 * The statement by which the caller may confirm a widening with a passkey, and the controls that it names by their hashes.
 * Nothing is stored.
 *
 * @throws AccessError `forbidden`, `not_found`, `wrong_state`
 */
export function draftWideningStatement(
  deps: Deps,
  principal: Principal,
  tenant: string,
  id: string,
): Promise<{ statement: WideningStatement; controls: Pick<ControlsWidening, 'before' | 'after'> }> {
  requireTenantAccess(principal, 'widening.confirm', tenant);
  return readAsPerson(deps, principal.person, async (unit) => {
    const widening = await unit.widenings.find(id);
    if (widening === null || widening.tenant !== tenant) throw notFound('widening');
    requireWaiting(widening);
    if (widening.person !== null) throw unsigned();
    const own = { tenant, organisation: unit.organisation, trust: unit.trust };
    const present = await presentControls(own);
    const trust = (await unit.trust.current(tenant))?.hash;
    const statement = parseWidening({
      ...wideningParts(deps, widening, principal.person.id),
      notBefore: takesEffectAt(widening, present),
      ...(trust === undefined ? {} : { trust }),
      log: await signingPoint(unit).head(),
    });
    return { statement, controls: { before: widening.before, after: widening.after } };
  });
}

/** The members of the statement that follow from the widening and the signer alone. */
function wideningParts(
  { store, hashing }: Deps,
  { id, tenant, before, after }: ControlsWidening,
  person: string,
) {
  const hash = (controls: PrivacyControls) => sha256Digest(hashing, canonicalJson(controls));
  return {
    ...{ type: WIDENING_TYPE, deployment: store.deployment, tenant, widening: id },
    ...{ before: hash(before), after: hash(after), person },
  } as const;
}

/**
 * An admin confirms a widening: one who was an admin when it was proposed and, if the controls say so, not its author. Once
 * the tenant is claimed, with a passkey.
 *
 * @param input the signature as received; undefined if none came
 * @throws AccessError `forbidden`, `not_found`, `wrong_state`, `already_decided`, `invalid_request`,
 *   `countersignature_required`
 */
export function confirmWidening(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  id: string,
  input: unknown,
): Promise<WideningView> {
  return deps.store.forTenant(tenant, async (unit) => {
    const actor = await requireAdmin(unit, principal, 'widening.confirm');
    if (input !== undefined) requirePermission(principal, 'widening.countersign', actor);
    await requireOwnKey(unit, principal);
    const widening = await requireFound(unit, id);
    const present = await presentControls(unit);
    const facts = await wideningFacts(unit, present);
    if (isConfirmed(widening, facts))
      throw new AccessError(
        'already_decided',
        needsConfirmation(widening, facts) ? 'It is confirmed already.' : 'It needs no confirmation.',
      );
    if (!mayConfirm(widening, facts, actor.id))
      throw new AccessError(
        'forbidden',
        actor.id === widening.by
          ? 'Another admin must confirm it: no one confirms their own widening.'
          : 'You became an admin after this was proposed. Ask an admin of longer standing to confirm it.',
      );
    if (isSigned(widening, facts) && input === undefined)
      throw new AccessError('countersignature_required', 'Confirm this with your passkey, in the browser.');
    const signature = await signedConfirmation(deps, unit, { widening, present, person: actor.id }, input);
    const now = deps.clock.now();
    const at = now.toISOString();
    const confirmed = {
      ...widening,
      version: widening.version + 1,
      confirmation: { person: actor.id, at, signature },
    };
    const next = scheduled(confirmed, facts, now);
    await saveWidening(unit, next);
    await unit.log.append({
      type: 'widening.confirmed',
      at,
      actor: actor.id,
      data: { ...namesOf(widening), ...(signature === null ? {} : { countersignature: signature }) },
    });
    await unit.outbox.add(wideningNotice(next, 'confirmed', at));
    return wideningView(unit, next, present);
  });
}

/** @throws AccessError `wrong_state` for a signature where none belongs; `invalid_request`, `forbidden` */
async function signedConfirmation(
  deps: SigningDeps,
  unit: TenantUnit,
  { widening, ...by }: { widening: Widening; present: PrivacyControls; person: string },
  input: unknown,
): Promise<Signature<WideningStatement> | null> {
  if (input === undefined) return null;
  if (widening.person !== null) throw unsigned();
  return signedWidening(deps, unit, { widening, ...by }, input);
}

const unsigned = (): AccessError =>
  new AccessError(
    'wrong_state',
    'Who decides is confirmed without a signature: the trust document names the passkeys.',
  );

/** The signature over the statement of exactly this widening. @throws AccessError `invalid_request`, `forbidden` */
async function signedWidening(
  deps: SigningDeps,
  unit: TenantUnit,
  { widening, present, person }: { widening: ControlsWidening; present: PrivacyControls; person: string },
  input: unknown,
): Promise<Signature<WideningStatement>> {
  const signature = parseInput('/countersignature', () => parseSignature(input));
  const statement = parseInput('/countersignature/statement', () => parseWidening(signature.statement));
  const { trust, log, notBefore } = statement;
  const expected = {
    ...wideningParts(deps, widening, person),
    ...{ notBefore, ...(trust === undefined ? {} : { trust }), log },
  };
  if (canonicalJson(expected) !== canonicalJson(statement))
    throw wrongStatement('widening', 'is not this widening');
  if (notBefore !== takesEffectAt(widening, present))
    throw wrongStatement('notBefore', 'takes effect at another instant');
  const versions = (await unit.trust.chain(unit.tenant)).map(({ hash }) => hash);
  if (trust === undefined ? versions.length > 0 : !versions.includes(trust))
    throw wrongStatement('trust', 'names no version of this tenant’s trust document');
  const head = await unit.log.head();
  if (log.epoch !== head.epoch || log.size > head.size)
    throw wrongStatement('log', 'is no point of this tenant’s log');
  const signed = { ...signature, statement };
  await requireSignedBy(deps, unit, person, signed);
  return signed;
}

/** Any admin of the tenant withdraws a widening that waits. @throws AccessError `forbidden`, `not_found`, `wrong_state` */
export function withdrawWidening(
  deps: Deps,
  principal: Principal,
  tenant: string,
  id: string,
): Promise<WideningView> {
  return deps.store.forTenant(tenant, async (unit) => {
    const actor = await requireAdmin(unit, principal, 'widening.withdraw');
    const widening = await requireFound(unit, id);
    const by = { actor: actor.id, at: deps.clock.now().toISOString() };
    const ended = await endWideningIn(unit, widening, 'withdrawn', by);
    return wideningView(unit, ended, await presentControls(unit));
  });
}

async function requireAdmin(unit: TenantUnit, principal: Principal, permission: Permission) {
  const { actor } = await requireOwnTenant(unit, principal, permission, unit.tenant);
  return actor;
}

async function requireFound({ widenings }: TenantUnit, id: string): Promise<Widening> {
  const widening = await widenings.find(id);
  if (widening === null) throw notFound('widening');
  requireWaiting(widening);
  return widening;
}

function requireWaiting({ state }: { state: WideningState }): void {
  if (state !== 'waiting') throw new AccessError('wrong_state', `This widening is ${state} already.`);
}
