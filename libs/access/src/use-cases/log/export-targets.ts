import { DEPLOYMENT_SLUG, type Permission } from '@countersign/contract';
import {
  type ExportSettings,
  type ExportTarget,
  MAX_EXPORT_TARGETS,
  validateExportAddress,
  validateExportSecret,
} from '../../domain/export-target.js';
import { VENDOR_SLUG } from '../../domain/organisation.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, noLongerKnown, notFound } from '../../errors.js';
import type { ExportSetupUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';

/** A stream as a person reads it: with the size of its log, so that they see what is left to send. */
export type ExportTargetView = ExportTarget & { size: number };

interface NewExportTarget {
  settings: ExportSettings;
  /** Absent for syslog; for signed POSTs one is made if it is absent. */
  secret: string | null;
  /** The first leaf to send. */
  from: number;
}

/**
 * The streams that the caller's side has set up of this log, oldest first. Their secrets are not read.
 *
 * @throws AccessError `forbidden`, `not_found` for a log of another side
 */
export async function listExportTargets(
  deps: Deps,
  principal: Principal,
  log: string,
): Promise<ExportTargetView[]> {
  requireOwnLog(principal, 'export.read', log);
  const targets = await deps.store.exportSetup.read((unit) =>
    unit.exportTargets.list(principal.person.tenant, log),
  );
  const { size } = await deps.store.readForTenant(log, (unit) => unit.events.head());
  return targets.map((target) => ({ ...target, size }));
}

/**
 * Begins to stream a log to a receiver. The event is in the log of the caller's side; the address is a commitment in it.
 *
 * @returns the target, and the secret that receivers of signed POSTs verify with, if it was made here
 * @throws AccessError `forbidden`, `not_found`, `invalid_request`, `conflict` if the log has as many targets as it may have
 */
export async function addExportTarget(
  deps: Deps,
  principal: Principal,
  log: string,
  { settings, secret, from }: NewExportTarget,
): Promise<{ target: ExportTargetView; madeSecret: string | null }> {
  requireOwnLog(principal, 'export.add', log);
  validateExportAddress(settings.kind, settings.address);
  validateExportSecret(settings.kind, secret);
  const { size } = await deps.store.readForTenant(log, (unit) => unit.events.head());
  if (from > size)
    throw new AccessError('invalid_request', `The log has ${size} leaves.`, { pointer: '/from' });
  const madeSecret = settings.kind === 'jsonl' && secret === null ? makeSecret(deps) : null;
  const target = await deps.store.exportSetup.write(async (unit) => {
    const { person, at } = await begin(deps, unit, principal, 'export.add');
    const { tenant } = person;
    if ((await unit.exportTargets.list(tenant, log)).length >= MAX_EXPORT_TARGETS)
      throw new AccessError('conflict', `A log has at most ${MAX_EXPORT_TARGETS} targets. Remove one first.`);
    const added: ExportTarget = {
      ...settings,
      ...{ id: deps.ids.next('xpt'), tenant, log, next: from },
      ...{ claims: 0, failures: 0, nextAt: at, sentAt: null, lastError: null, failedAt: null },
      ...{ createdAt: at, createdBy: person.id },
    };
    await unit.exportTargets.insert(added, secret ?? madeSecret);
    const { id, kind, content, address } = added;
    await (await unit.logOf(tenant)).append({
      ...{ type: 'export.started', at, actor: person.id },
      data: { target: id, log, kind, content, from },
      personal: { address },
    });
    return added;
  });
  return { target: { ...target, size }, madeSecret };
}

/**
 * Ends a stream, and deletes its secret. What was sent stays at the receiver.
 *
 * @throws AccessError `forbidden`, `not_found`
 */
export async function removeExportTarget(
  deps: Deps,
  principal: Principal,
  log: string,
  id: string,
): Promise<void> {
  requireOwnLog(principal, 'export.remove', log);
  await deps.store.exportSetup.write(async (unit) => {
    const { person, at } = await begin(deps, unit, principal, 'export.remove');
    const removed = await unit.exportTargets.remove(person.tenant, id);
    if (removed === null || removed.log !== log) throw notFound('target');
    const { kind, next } = removed;
    await (await unit.logOf(person.tenant)).append({
      ...{ type: 'export.ended', at, actor: person.id },
      data: { target: id, log, kind, next },
    });
  });
}

/** A tenant may stream its own log only. The vendor may stream its own log and the deployment's. */
function requireOwnLog({ person, ...rest }: Principal, permission: Permission, log: string): void {
  requirePermission({ person, ...rest }, permission);
  const own = person.tenant === null ? [DEPLOYMENT_SLUG, VENDOR_SLUG] : [person.tenant];
  if (!own.includes(log)) throw notFound('tenant');
}

/** The caller as stored now. */
async function begin(
  deps: Deps,
  unit: ExportSetupUnit,
  principal: Principal,
  permission: Permission,
): Promise<{ person: Principal['person']; at: string }> {
  const person = await unit.organisation.person(principal.person.id);
  if (person === null) throw noLongerKnown();
  requirePermission(principal, permission, person);
  return { person, at: deps.clock.now().toISOString() };
}

const SECRET_BYTES = 32;

/** A secret of Standard Webhooks. */
function makeSecret({ random }: Deps): string {
  return `whsec_${btoa(String.fromCharCode(...random.bytes(SECRET_BYTES)))}`;
}
