import type { DemandState, Permission } from '@countersign/contract';
import {
  type Demand,
  type DemandDocument,
  type DemandFile,
  type DemandStep,
  demandState,
  gagEnd,
  isOverdue,
  isSealed,
  noteStep,
  openProposal,
  personStep,
  receivedStep,
  type StepInput,
  validateGagEnd,
} from '../../domain/demand.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { AccessError, noLongerKnown, notFound } from '../../errors.js';
import type { DemandsUnit, ListedDemand, Page, PageQuery } from '../../ports/index.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { eachInTurn } from '../shared/each-in-turn.js';
import { recordOpeningIn, recordStepIn } from './demand-leaves.js';
import { requireGrantOfDemand } from './requested-demand.js';
import { openAccessIn } from './sealed-access.js';

/** What is entered of a demand. The rest the broker knows. */
export type DemandInput = Omit<Demand, 'id' | 'createdAt' | 'createdBy'> & {
  /** How it reached the vendor, and what was checked. */
  reason: string;
};

/** A demand as the vendor's legal counsel and auditors read it. */
export interface DemandView extends DemandFile {
  documents: DemandDocument[];
  state: DemandState;
  /** The end of the gag, extensions included; null if there is none. */
  gagUntil: string | null;
  isSealed: boolean;
  /** The gag has ended and the customer does not know yet. Red. */
  isOverdue: boolean;
  /** The extension that waits for a second person; null if there is none. */
  proposal: DemandStep | null;
}

/** A line of the list, with the same mark for what is late. */
export type DemandLine = ListedDemand & { isOverdue: boolean };

/** Openings in one run of the job. */
const MOST_OPENED = 100;

/**
 * Enters a demand. The people of each tenant that it is about are notified at once, unless the demand has a gag.
 *
 * @throws AccessError `forbidden`, `invalid_request`, `idempotency_key_reused`
 */
export async function enterDemand(
  deps: Deps,
  principal: Principal,
  { reason, ...input }: DemandInput,
  repeatable: Repeatable = {},
): Promise<DemandView> {
  requirePermission(principal, 'demand.enter');
  const now = deps.clock.now();
  validateIntake(input, now);
  // The id alone is stored for a repetition: what a demand says is kept nowhere unsealed.
  const enter = async (unit: DemandsUnit): Promise<string> => {
    const person = await actingPerson(unit, principal, 'demand.enter');
    await requireTenants(unit, input.tenants);
    const demand: Demand = {
      ...input,
      ...inMilliseconds(input),
      tenants: [...new Set(input.tenants)].sort(),
      ...{ id: deps.ids.next('dem'), createdAt: now.toISOString(), createdBy: person.id },
    };
    const step = receivedStep(demand, reason);
    await unit.demands.insert(demand);
    await unit.demands.addStep(demand.id, step);
    const file = { demand, steps: [step] };
    await recordStepIn(unit, file, { sealed: isSealed(file) });
    return demand.id;
  };
  const id = await deps.store.demands.write(enter, idempotencyOptions(deps, repeatable));
  return readDemand(deps, principal, id);
}

/**
 * Adds what a person has done with a demand: sent the authority to the customer, challenged it, and so on.
 *
 * @throws AccessError `forbidden`, `not_found`, `wrong_state`, `invalid_request`, `self_review`
 */
export async function addDemandStep(
  deps: Deps,
  principal: Principal,
  id: string,
  input: StepInput,
): Promise<DemandView> {
  requirePermission(principal, 'demand.step');
  return changeDemand(deps, principal, id, 'demand.step', async (unit, file, { person, now }) => {
    const step = personStep(file, input, { person: person.id, now });
    if (step.grant !== null) await requireGrantOfDemand(unit, id, step.grant);
    return step;
  });
}

/**
 * Files a document: its hash stands in the log, and a copy is kept sealed.
 *
 * A closed demand takes documents too: what arrives late is not lost.
 *
 * @throws AccessError `forbidden`, `not_found`, `invalid_request` if it is empty, `conflict` if it is filed already
 */
export async function fileDemandDocument(
  deps: Deps,
  principal: Principal,
  id: string,
  { name, content, reason }: { name: string; content: Uint8Array; reason: string },
): Promise<DemandView> {
  requirePermission(principal, 'demand.step');
  if (content.length === 0)
    throw new AccessError('invalid_request', 'The document is empty.', { pointer: '/content' });
  return changeDemand(deps, principal, id, 'demand.step', async (unit, file, { person, now }) => {
    const at = now.toISOString();
    const sha256 = `sha256:${Buffer.from(deps.hashing.sha256(content)).toString('hex')}`;
    const document: DemandDocument = { sha256, name, bytes: content.length, at, person: person.id };
    await unit.demands.addDocument(id, document, content);
    return noteStep(file, 'documented', { person: person.id, at, reason, document: sha256 });
  });
}

/** @throws AccessError `forbidden`, `not_found` */
export async function readDemandDocument(
  deps: Deps,
  principal: Principal,
  id: string,
  sha256: string,
): Promise<{ document: DemandDocument; content: Uint8Array }> {
  requirePermission(principal, 'demand-document.read');
  const found = await deps.store.demands.read(({ demands }) => demands.document(id, sha256));
  if (found === null) throw notFound('document');
  return found;
}

/** @throws AccessError `forbidden` */
export async function listDemands(
  deps: Deps,
  principal: Principal,
  filter: { state?: DemandState | undefined; tenant?: string | undefined },
  page: PageQuery,
): Promise<Page<DemandLine>> {
  requirePermission(principal, 'demand.read');
  const now = deps.clock.now().getTime();
  const { items, next } = await deps.store.demands.read(({ demands }) => demands.list(filter, page));
  return {
    items: items.map((line) => ({
      ...line,
      isOverdue: line.isSealed && line.gagUntil !== null && Date.parse(line.gagUntil) <= now,
    })),
    next,
  };
}

/** @throws AccessError `forbidden`, `not_found` */
export async function readDemand(deps: Deps, principal: Principal, id: string): Promise<DemandView> {
  requirePermission(principal, 'demand.read');
  return deps.store.demands.read(async ({ demands }) => {
    const demand = await demands.find(id);
    if (demand === null) throw notFound('demand');
    const [steps, documents] = [await demands.steps(id), await demands.documents(id)];
    return toView({ demand, steps }, documents, deps.clock.now());
  });
}

/**
 * The job that opens demands whose gag has ended: the customer's log has every step from then on, and its people are notified.
 * A demand is opened once, however many brokers run.
 *
 * @returns how many were opened
 * @throws AggregateError after trying all, if some failed
 */
export async function openDueDemands(deps: Deps): Promise<number> {
  const now = deps.clock.now();
  const due = await deps.store.demands.read(({ demands }) => demands.toOpen(now.toISOString(), MOST_OPENED));
  const { done, failures } = await eachInTurn(due, (id) =>
    deps.store.demands.write(async (unit) => {
      const file = await fileIn(unit, id);
      if (!isOverdue(file, now)) return 0;
      await openAccessIn(deps, unit, id, now.toISOString());
      const facts = { person: 'job', at: now.toISOString(), reason: 'The gag has ended.' };
      const step = noteStep(file, 'opened', facts);
      await unit.demands.addStep(id, step);
      await recordOpeningIn(unit, { demand: file.demand, steps: [...file.steps, step] });
      return 1;
    }),
  );
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} demands were not opened`);
  return done;
}

/** One step in one unit of work, which takes the deployment's log first: no two steps are decided on the same file. */
async function changeDemand(
  deps: Deps,
  principal: Principal,
  id: string,
  permission: Permission,
  decide: (unit: DemandsUnit, file: DemandFile, by: { person: Person; now: Date }) => Promise<DemandStep>,
): Promise<DemandView> {
  return deps.store.demands.write(async (unit) => {
    const person = await actingPerson(unit, principal, permission);
    const before = await fileIn(unit, id);
    const now = deps.clock.now();
    const step = await decide(unit, before, { person, now });
    await unit.demands.addStep(id, step);
    const file = { demand: before.demand, steps: [...before.steps, step] };
    await recordStepIn(unit, file, { sealed: isSealed(file) });
    return toView(file, await unit.demands.documents(id), now);
  });
}

async function fileIn({ demands }: Pick<DemandsUnit, 'demands'>, id: string): Promise<DemandFile> {
  const demand = await demands.find(id);
  if (demand === null) throw notFound('demand');
  return { demand, steps: await demands.steps(id) };
}

const toView = (file: DemandFile, documents: DemandDocument[], now: Date): DemandView => ({
  ...file,
  documents,
  state: demandState(file),
  gagUntil: gagEnd(file),
  isSealed: isSealed(file),
  isOverdue: isOverdue(file, now),
  proposal: openProposal(file),
});

/** Instants in the one spelling in which the store keeps them. */
const inMilliseconds = ({ receivedAt, dueAt, gag }: Pick<DemandInput, 'receivedAt' | 'dueAt' | 'gag'>) => ({
  receivedAt: new Date(receivedAt).toISOString(),
  dueAt: dueAt === null ? null : new Date(dueAt).toISOString(),
  gag: gag === null ? null : { ...gag, until: new Date(gag.until).toISOString() },
});

/** The caller as stored now. @throws AccessError `forbidden` */
async function actingPerson(
  { organisation }: DemandsUnit,
  principal: Principal,
  permission: Permission,
): Promise<Person> {
  const person = await organisation.person(principal.person.id);
  if (person === null) throw noLongerKnown();
  requirePermission(principal, permission, person);
  return person;
}

function validateIntake(
  { receivedAt, dueAt, gag }: Pick<DemandInput, 'receivedAt' | 'dueAt' | 'gag'>,
  now: Date,
): void {
  if (Date.parse(receivedAt) > now.getTime())
    throw new AccessError('invalid_request', 'A demand is entered after it was received.', {
      pointer: '/receivedAt',
    });
  if (dueAt !== null && Date.parse(dueAt) < Date.parse(receivedAt))
    throw new AccessError('invalid_request', 'A demand is due after it was received.', {
      pointer: '/dueAt',
    });
  if (gag !== null) validateGagEnd(gag.until, now, '/gag/until');
}

async function requireTenants({ organisation }: DemandsUnit, slugs: readonly string[]): Promise<void> {
  for (const [index, slug] of slugs.entries())
    if ((await organisation.tenant(slug)) === null)
      throw new AccessError('invalid_request', 'There is no such tenant.', { pointer: `/tenants/${index}` });
}
