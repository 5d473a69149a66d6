import { type NoticeTopic, toInstant } from '@countersign/contract';
import {
  ADDRESS_CODE_HOURS,
  confirmedAddress,
  isCodeOpen,
  MAX_NOTICE_ADDRESSES,
  type NoticeAddress,
  removedAddress,
} from '../../domain/notice-address.js';
import { exactEmail, normaliseEmail, type Principal } from '../../domain/person.js';
import { AccessError, changedMeanwhile, notFound } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import type { Deps } from '../shared/deps.js';
import { hexDigest, readMailedCode } from '../shared/secrets.js';
import { requireOwnTenant, requireTenantAccess } from '../shared/tenant-access.js';
import { noticeAddressNotice } from './notices.js';

const HOUR_MS = 3_600_000;

/** Problems that a change leaves behind. `no_emergency_address`: no address is notified of emergencies any more. */
type NoticeAddressWarning = 'no_emergency_address';

/** The tenant's addresses, the oldest first. @throws AccessError `forbidden`, `not_found` */
export async function listNoticeAddresses(
  deps: Deps,
  principal: Principal,
  slug: string,
): Promise<NoticeAddress[]> {
  requireTenantAccess(principal, 'notice-address.read', slug);
  return deps.store.readForTenant(slug, (unit) => unit.noticeAddresses.list());
}

/**
 * An admin adds an address. It gets nothing but the code that confirms it, until someone types that code in.
 *
 * @param code eight characters, to be mailed after the commit. Only its hash is stored
 * @throws AccessError `forbidden`, `not_found`, `invalid_request`, `conflict` if it is listed already or there are too many
 */
export async function addNoticeAddress(
  deps: Deps,
  principal: Principal,
  slug: string,
  { address: input, topics, code }: { address: string; topics: NoticeTopic[]; code: string },
): Promise<{ address: NoticeAddress; tenantName: string }> {
  const [address, normalised] = [exactEmail(input), normaliseEmail(input)];
  if (address === undefined || normalised === undefined)
    throw new AccessError('invalid_request', 'Mail cannot be sent to this address.', {
      pointer: '/address',
    });
  return deps.store.forTenant(slug, async (unit) => {
    const { actor, tenant } = await requireWriter(unit, principal, slug);
    const now = deps.clock.now();
    const known = await unit.noticeAddresses.list();
    const since = toInstant(new Date(now.getTime() - 24 * HOUR_MS));
    const isFull =
      known.length >= MAX_NOTICE_ADDRESSES ||
      (await unit.noticeAddresses.countAdded(since)) >= MAX_NOTICE_ADDRESSES;
    if (isFull)
      throw new AccessError(
        'conflict',
        `An organisation has at most ${MAX_NOTICE_ADDRESSES} notice addresses, and adds as many a day.`,
      );
    const id = deps.ids.next('nad');
    const added: NoticeAddress = {
      ...{ id, tenant: slug, address, normalised, topics: sorted(topics), state: 'waiting', version: 1 },
      ...{ codeHash: codeHash(deps, id, code), misses: 0, addedBy: actor.id, addedAt: toInstant(now) },
      codeUntil: toInstant(new Date(now.getTime() + ADDRESS_CODE_HOURS * HOUR_MS)),
      ...{ confirmedAt: null, removedAt: null },
    };
    await unit.noticeAddresses.insert(added);
    await unit.log.append({
      ...{ type: 'notice-address.added', at: added.addedAt, actor: actor.id },
      data: { address: id, topics: added.topics },
      personal: { email: address },
    });
    return { address: added, tenantName: tenant.name };
  });
}

/**
 * Confirms an address with the code that was mailed to it. From then on it gets notices. All admins are notified.
 *
 * @throws AccessError `forbidden`, `not_found`, `wrong_state` if it is confirmed, `invalid_request` if the code is wrong or
 *   no longer valid
 */
export async function confirmNoticeAddress(
  deps: Deps,
  principal: Principal,
  slug: string,
  id: string,
  code: string,
): Promise<NoticeAddress> {
  const confirmed = await deps.store.forTenant(slug, async (unit) => {
    const { actor } = await requireWriter(unit, principal, slug);
    const address = await requireFound(unit, id);
    if (address.state !== 'waiting')
      throw new AccessError('wrong_state', 'This address is confirmed already.');
    const now = deps.clock.now();
    if (!isCodeOpen(address, now)) return null;
    if (address.codeHash !== codeHash(deps, id, code)) {
      // The miss is committed although the call fails, so that the limit on wrong codes applies.
      await save(unit, { ...address, version: address.version + 1, misses: address.misses + 1 });
      return null;
    }
    const at = toInstant(now);
    const active = confirmedAddress(address, at);
    await save(unit, active);
    await unit.log.append({
      ...{ type: 'notice-address.confirmed', at, actor: actor.id },
      data: { address: id, topics: active.topics },
    });
    await unit.outbox.add(noticeAddressNotice(active, 'confirmed', at));
    return active;
  });
  if (confirmed === null)
    throw new AccessError(
      'invalid_request',
      'This code is wrong or too old. After five wrong ones, remove the address and add it again.',
      { pointer: '/code' },
    );
  return confirmed;
}

/** Changes what an address is notified of. @throws AccessError `forbidden`, `not_found`, `conflict` */
export function changeNoticeTopics(
  deps: Deps,
  principal: Principal,
  slug: string,
  id: string,
  topics: NoticeTopic[],
): Promise<{ address: NoticeAddress; warnings: NoticeAddressWarning[] }> {
  return deps.store.forTenant(slug, async (unit) => {
    const { actor } = await requireWriter(unit, principal, slug);
    const before = await requireFound(unit, id);
    const address = { ...before, topics: sorted(topics), version: before.version + 1 };
    await save(unit, address);
    const at = toInstant(deps.clock.now());
    await unit.log.append({
      ...{ type: 'notice-address.changed', at, actor: actor.id },
      data: { address: id, topics: address.topics },
    });
    return { address, warnings: await warningsAfter(unit, before) };
  });
}

/**
 * Removes an address at once: it gets nothing more, not even what waits to be sent. All admins are notified.
 *
 * @throws AccessError `forbidden`, `not_found`, `conflict`
 */
export function removeNoticeAddress(
  deps: Deps,
  principal: Principal,
  slug: string,
  id: string,
): Promise<NoticeAddressWarning[]> {
  return deps.store.forTenant(slug, async (unit) => {
    const { actor } = await requireOwnTenant(unit, principal, 'notice-address.remove', slug);
    const before = await requireFound(unit, id);
    const at = toInstant(deps.clock.now());
    const removed = removedAddress(before, at);
    await save(unit, removed);
    await unit.log.append({ type: 'notice-address.removed', at, actor: actor.id, data: { address: id } });
    if (before.state === 'active') await unit.outbox.add(noticeAddressNotice(removed, 'removed', at));
    return warningsAfter(unit, before);
  });
}

async function requireWriter(unit: TenantUnit, principal: Principal, slug: string) {
  const found = await requireOwnTenant(unit, principal, 'notice-address.write', slug);
  await requireOwnKey(unit, principal);
  return found;
}

async function requireFound({ noticeAddresses }: TenantUnit, id: string): Promise<NoticeAddress> {
  const address = await noticeAddresses.find(id);
  if (address === null || address.state === 'removed') throw notFound('notice address');
  return address;
}

async function save({ noticeAddresses }: TenantUnit, address: NoticeAddress): Promise<void> {
  if (!(await noticeAddresses.update(address))) throw changedMeanwhile('notice address');
}

/** If the change took the last address for emergencies away. */
async function warningsAfter(unit: TenantUnit, before: NoticeAddress): Promise<NoticeAddressWarning[]> {
  const isForEmergencies = ({ state, topics }: NoticeAddress) =>
    state === 'active' && topics.includes('emergency');
  if (!isForEmergencies(before)) return [];
  const left = (await unit.noticeAddresses.list()).some(isForEmergencies);
  return left ? [] : ['no_emergency_address'];
}

const sorted = (topics: readonly NoticeTopic[]): NoticeTopic[] => [...new Set(topics)].sort();

const codeHash = ({ hashing }: Pick<Deps, 'hashing'>, id: string, code: string): string =>
  hexDigest(hashing, `${id} ${readMailedCode(code)}`);
