import type { DemandFile, DemandStep } from '../../domain/demand.js';
import type { DemandsUnit, DraftOf, SealedDraft, SealedLog } from '../../ports/index.js';
import { demandNotice } from '../notices/notices.js';

/**
 * Writes what has happened to a demand into the vendor's own log and, unless a gag forbids it, into the log of each tenant
 * that the demand is about, with a notice to its people. A tenant reads nothing about other tenants there. Under a gag nothing
 * goes to the vendor's log, which security admins read and export; the leaf goes to the tenant's sealed sub-log instead, and
 * no one is notified (docs/decisions/0033-sealed-sub-log.md).
 *
 * The vendor's leaf says which demand and which step, and nothing of its content.
 */
export async function recordStepIn(
  unit: DemandsUnit,
  { demand, steps }: DemandFile,
  options: { sealed: boolean },
): Promise<void> {
  const step = lastOf(steps);
  if (!options.sealed) await (await unit.logOf(null)).append(vendorLeaf(demand.id, step));
  // In the order of their slugs: two units that take several logs never wait for each other.
  for (const slug of demand.tenants) {
    const { log, outbox, days } = await unit.tenant(slug);
    const leaf = tenantLeaf(demand, step, confirmedBy(steps));
    if (options.sealed) {
      await days.sealLeaf(demand.id, step.seq, leaf);
      continue;
    }
    await log.append(leaf);
    await outbox.add(demandNotice(slug, demand.id, step.at));
  }
}

/**
 * The customer learns of a demand that was sealed: each leaf of the sub-log becomes one of its log, with the commitments that
 * it had and the time at which it happened, and the last one says that the demand was opened. The notice is sent once. The
 * vendor's own log gets its leaves of the same steps.
 */
export async function recordOpeningIn(unit: DemandsUnit, { demand, steps }: DemandFile): Promise<void> {
  const opening = lastOf(steps);
  const late = steps.slice(0, -1).map((step) => {
    const leaf = vendorLeaf(demand.id, step);
    return { ...leaf, at: opening.at, data: { ...leaf.data, happenedAt: step.at } };
  });
  await (await unit.logOf(null)).appendAll([...late, vendorLeaf(demand.id, opening)]);
  for (const slug of demand.tenants) {
    const { log, outbox, days, openings } = await unit.tenant(slug);
    for (const { seq, draft, openings: opened } of await days.openLeaves(demand.id)) {
      const { index } = await log.append(openedAt(opening.at, draft));
      await openings.save(opened);
      await days.markOpened(seq, index);
    }
    await log.append(tenantLeaf(demand, opening, null));
    await outbox.add(demandNotice(slug, demand.id, opening.at));
  }
}

/**
 * Records the head of the sealed log that the demand has for a tenant: in the sealed sub-log while the tenant may not know, else
 * in the tenant's log. So each of its leaves is fixed with the day's seal, and the tenant can verify that log once it is open.
 *
 * @param head size and RFC 6962 root of the sealed log at this instant
 */
export async function recordAccessHeadIn(
  unit: DemandsUnit,
  { demand, steps }: DemandFile,
  { tenant, slug, openedAt }: SealedLog,
  { at, size, root }: { at: string; size: number; root: string },
): Promise<void> {
  const { log, days } = await unit.tenant(tenant);
  const { seq } = lastOf(steps);
  const data = { demand: demand.id, step: seq, log: slug, size, root };
  const leaf: DraftOf<'demand.accessed'> = { type: 'demand.accessed', at, actor: 'job', data };
  if (openedAt === null) await days.sealLeaf(demand.id, seq, leaf);
  else await log.append(leaf);
}

/**
 * Records that a copy of what a customer erased is kept among the demand's documents: in that tenant's sealed sub-log alone, since
 * the demand's other tenants learn nothing of it.
 */
export async function recordKeptIn(
  unit: DemandsUnit,
  { demand, steps }: DemandFile,
  {
    tenant,
    leaf,
    fields,
    document,
    at,
  }: { tenant: string; leaf: number; fields: string[]; document: string; at: string },
): Promise<void> {
  const { seq, to } = lastOf(steps);
  const { days } = await unit.tenant(tenant);
  const data = { demand: demand.id, step: seq, state: to, document, leaf, fields };
  await days.sealLeaf(demand.id, seq, { type: 'demand.kept', at, actor: 'job', data });
}

const openedAt = <D extends SealedDraft>(at: string, draft: D): D => ({
  ...draft,
  ...{ at, data: { ...draft.data, happenedAt: draft.at } },
});

const lastOf = (steps: readonly DemandStep[]): DemandStep => {
  const step = steps.at(-1);
  if (step === undefined) throw new Error('a demand has a first step');
  return step;
};

type StepType = `demand.${DemandStep['action']}`;

const eventType = ({ action }: DemandStep): StepType => `demand.${action}`;

const vendorLeaf = (demand: string, step: DemandStep): DraftOf<StepType> => ({
  ...{ type: eventType(step), at: step.at, actor: step.person },
  data: { demand, step: step.seq, state: step.to, ...present({ document: step.document }) },
});

/** Who proposed the extension that the last step confirms; null if it is no confirmation. */
const confirmedBy = (steps: readonly DemandStep[]): string | null =>
  lastOf(steps).action === 'extended'
    ? (steps.findLast(({ action }) => action === 'extension-proposed')?.person ?? null)
    : null;

/** @param proposedBy who proposed the extension that the step confirms */
function tenantLeaf(
  demand: DemandFile['demand'],
  step: DemandStep,
  proposedBy: string | null,
): DraftOf<StepType> {
  const { outcome, withContent, accounts, until, document, grant } = step;
  const isFirst = step.seq === 0;
  return {
    ...{ type: eventType(step), at: step.at, actor: step.person },
    data: {
      ...{ demand: demand.id, step: step.seq, state: step.to, country: demand.country, kind: demand.kind },
      ...(isFirst ? present({ receivedAt: demand.receivedAt, dueAt: demand.dueAt }) : {}),
      ...(isFirst && demand.gag !== null ? { gagUntil: demand.gag.until } : {}),
      ...present({ outcome, withContent, accounts, until, document, grant, proposedBy }),
    },
    personal: {
      reason: step.reason,
      ...(isFirst
        ? present({
            ...{ authority: demand.authority, legalBasis: demand.legalBasis, reference: demand.reference },
            ...{ wanted: demand.data, scope: demand.scope, gagOrder: demand.gag?.order ?? null },
          })
        : present({ scope: step.scope })),
    },
  };
}

/** The members that are not null. */
const present = <T extends Record<string, unknown>>(
  members: T,
): { [Name in keyof T]: NonNullable<T[Name]> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)) as never;
