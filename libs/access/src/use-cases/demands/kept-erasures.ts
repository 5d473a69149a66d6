import { canonicalJson, utf8 } from '@countersign/contract';
import type { DemandDocument } from '../../domain/demand.js';
import type { DemandsUnit, TenantUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { recordKeptIn } from './demand-leaves.js';

/** What a customer is about to erase: names and commitments of values of one leaf. */
interface DueErasure {
  leaf: number;
  commitments: Readonly<Record<string, string>>;
}

/**
 * Runs an erasure of a tenant. A demand under a gag about this tenant must not stop it, which would show, nor lose what it may
 * cover: a copy is kept among the demand's documents, sealed under the demand's key, for legal counsel alone. Copy and erasure
 * commit together, and to the tenant the erasure is the same as any other.
 *
 * @param due what the work erases
 * @throws whatever the work throws; then nothing is kept either
 */
export async function eraseUnderGag<T>(
  deps: Deps,
  tenant: string,
  due: DueErasure,
  work: (unit: TenantUnit) => Promise<T>,
): Promise<T> {
  const holding = await deps.store.demands.read(({ demands }) => demands.sealedAbout(tenant));
  if (holding.length === 0) return deps.store.forTenant(tenant, work);
  return deps.store.demands.write(async (unit) => {
    const own = await unit.tenant(tenant);
    const found = await own.openings.find(Object.values(due.commitments));
    // First the work: what it refuses leaves no copy.
    const done = await work(own);
    await keepIn(deps, unit, own, due, found);
    return done;
  });
}

async function keepIn(
  { clock, hashing }: Deps,
  unit: DemandsUnit,
  { tenant }: TenantUnit,
  { leaf, commitments }: DueErasure,
  found: Awaited<ReturnType<TenantUnit['openings']['find']>>,
): Promise<void> {
  const at = clock.now().toISOString();
  const openings = Object.fromEntries(
    Object.entries(commitments).flatMap(([name, commitment]) => {
      const opening = found.get(commitment);
      return opening === undefined ? [] : [[name, { ...opening, commitment }]];
    }),
  );
  const content = utf8(canonicalJson({ v: 1, tenant, leaf, at, openings }));
  const sha256 = `sha256:${Buffer.from(hashing.sha256(content)).toString('hex')}`;
  const name = `erased-${tenant}-${leaf}.json`;
  const document: DemandDocument = { sha256, name, bytes: content.length, at, person: 'job' };
  // Again in this unit, which has the deployment's log: no demand opens or is closed meanwhile.
  for (const id of await unit.demands.sealedAbout(tenant)) {
    const demand = await unit.demands.find(id);
    if (demand === null) continue;
    await unit.demands.addDocument(id, document, content);
    const copy = { tenant, leaf, fields: Object.keys(openings).sort(), document: sha256, at };
    await recordKeptIn(unit, { demand, steps: await unit.demands.steps(id) }, copy);
  }
}
