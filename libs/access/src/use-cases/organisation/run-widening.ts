import { canonicalJson } from '@countersign/contract';
import { assignmentOf, sameAssignment, withAssignment } from '../../domain/assignment.js';
import { widenedControls } from '../../domain/controls-narrowing.js';
import type { TenantRecord } from '../../domain/organisation.js';
import {
  type ControlsWidening,
  dueWideningStep,
  endWidening,
  type PersonWidening,
} from '../../domain/widening.js';
import type { TenantUnit, VendorUnit } from '../../ports/index.js';
import { wideningNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';
import { storeControlsIn } from './change-controls.js';
import { changePeople, changePersonIn } from './change-person.js';
import { endWideningIn, saveWidening, wideningFacts } from './waiting-changes.js';

interface Application {
  unit: VendorUnit;
  own: TenantUnit;
  record: TenantRecord;
  by: { actor: 'job'; at: string };
}

/**
 * The scheduler's step, and the only place where a widening that has waited takes effect. A widening that is due is applied to
 * the controls, or to the person, of this moment, or lapses. `dueWideningStep` decides which. What was narrowed meanwhile
 * stays narrowed.
 *
 * @returns what became of it; null if it still waits, or had ended before
 */
export function runWideningStep(
  deps: Deps,
  tenant: string,
  id: string,
): Promise<'applied' | 'lapsed' | null> {
  return changePeople(deps, async (unit) => {
    const own = await unit.tenant(tenant);
    const widening = await own.widenings.find(id);
    const record = await unit.organisation.tenant(tenant);
    if (widening === null || widening.state !== 'waiting') return null;
    const now = deps.clock.now();
    const by = { actor: 'job', at: now.toISOString() } as const;
    // The tenant was removed.
    if (record === null) {
      await endWideningIn(own, widening, 'lapsed', { ...by, reason: 'superseded' });
      return 'lapsed';
    }
    const step = dueWideningStep(widening, await wideningFacts(own, record.controls), now);
    if (step.do === 'wait') {
      await saveWidening(own, { ...widening, version: widening.version + 1, dueAt: step.dueAt });
      return null;
    }
    if (step.do === 'lapse') {
      await endWideningIn(own, widening, 'lapsed', { ...by, reason: 'unconfirmed' });
      return 'lapsed';
    }
    const application = { unit, own, record, by };
    return widening.person === null
      ? applyControls(application, widening)
      : applyAssignment(deps, application, widening);
  });
}

async function applyControls(
  { unit, own, record, by }: Application,
  widening: ControlsWidening,
): Promise<'applied' | 'lapsed'> {
  const after = widenedControls(record.controls, widening);
  if (canonicalJson(after) === canonicalJson(record.controls)) return supersede(own, widening, by);
  await saveWidening(own, endWidening(widening, 'applied', by.at));
  await storeControlsIn(unit, record, after, { ...by, cause: { widening: widening.id } });
  await own.outbox.add(wideningNotice(widening, 'applied', by.at));
  return 'applied';
}

/** Every change of a person's roles or groups ends what waits for them, so the person is as they were when it was proposed. */
async function applyAssignment(
  deps: Deps,
  { unit, own, by }: Application,
  widening: PersonWidening,
): Promise<'applied' | 'lapsed'> {
  const person = await unit.organisation.person(widening.person);
  const isAsProposed =
    person !== null && person.removedAt === null && sameAssignment(assignmentOf(person), widening.before);
  if (!isAsProposed) return supersede(own, widening, by);
  await saveWidening(own, endWidening(widening, 'applied', by.at));
  await changePersonIn(deps, unit, person, withAssignment(person, widening.after), { ...by, widening });
  await own.outbox.add(wideningNotice(widening, 'applied', by.at));
  return 'applied';
}

async function supersede(
  own: TenantUnit,
  widening: ControlsWidening | PersonWidening,
  by: Application['by'],
): Promise<'lapsed'> {
  await endWideningIn(own, widening, 'lapsed', { ...by, reason: 'superseded' });
  return 'lapsed';
}
