import { hasRole } from '../../domain/person.js';
import type { PrivacyControls } from '../../domain/privacy-controls.js';
import {
  dueWideningStep,
  endWidening,
  mayConfirm,
  needsConfirmation,
  type Widening,
  type WideningFacts,
} from '../../domain/widening.js';
import { AccessError, changedMeanwhile } from '../../errors.js';
import type { ReadUnit, TenantUnit } from '../../ports/index.js';
import { wideningNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';

/** What a proposal says of itself: who proposes what, on which state. */
type WideningDraft = Pick<Widening, 'by'> &
  (
    | Pick<Extract<Widening, { person: null }>, 'person' | 'before' | 'after' | 'proposal'>
    | Pick<Extract<Widening, { person: string }>, 'person' | 'before' | 'after' | 'proposal'>
  );

/**
 * Stores a widening that waits, with its event and notice. Several that one unit of work proposes, such as for the members
 * of a group, are one notice.
 *
 * @param present the controls that it has to wait by
 */
export async function proposeWideningIn<Draft extends WideningDraft>(
  { ids }: Pick<Deps, 'ids'>,
  unit: TenantUnit,
  draft: Draft,
  { present, at }: { present: PrivacyControls; at: string },
): Promise<Extract<Widening, { person: Draft['person'] }>> {
  const { tenant, widenings, log, outbox } = unit;
  const waits = present.widening ?? { delay: 0, secondAdmin: false };
  const admins = (await unit.organisation.withRole(tenant, 'admin')).map(({ id }) => id);
  const drafted = {
    ...{ id: ids.next('wdn'), tenant, state: 'waiting', version: 1, ...draft, waits, admins },
    ...{ confirmation: null, createdAt: at, dueAt: at, endedAt: null },
  } as Widening;
  const facts = await wideningFacts(unit, present);
  if (needsConfirmation(drafted, facts) && !admins.some((each) => mayConfirm(drafted, facts, each)))
    throw new AccessError(
      'conflict',
      'This widens the controls, and there is no other admin who could confirm it. Add one first.',
    );
  const widening = scheduled(drafted, facts, new Date(at));
  const { person, before, after, proposal } = draft;
  const [newest] = (await widenings.list({}, { cursor: null, limit: 1 })).items;
  await widenings.insert(widening);
  await log.append({
    type: 'widening.proposed',
    at,
    actor: draft.by,
    data: {
      ...{ ...namesOf(widening), before, after, waits },
      ...(proposal === null ? {} : { proposal }),
    },
  });
  const isNotified = newest?.createdAt === at && newest.by === draft.by && newest.person !== null;
  if (!isNotified || person === null) await outbox.add(wideningNotice(widening, 'proposed', at));
  return widening as Extract<Widening, { person: Draft['person'] }>;
}

/** What each event of a widening names: it, and whom it is about. */
export const namesOf = ({ id, person }: Widening): { widening: string; person?: string } => ({
  widening: id,
  ...(person === null ? {} : { person }),
});

/** Ends a widening without effect, with its event and notice. @throws AccessError `conflict` if someone was faster */
export async function endWideningIn<W extends Widening>(
  unit: TenantUnit,
  widening: W,
  to: 'withdrawn' | 'lapsed',
  { actor, at, reason }: { actor: string; at: string; reason?: 'unconfirmed' | 'superseded' },
): Promise<W> {
  const ended = endWidening(widening, to, at);
  await saveWidening(unit, ended);
  await unit.log.append({
    type: `widening.${to}`,
    at,
    actor,
    data: { ...namesOf(widening), ...(reason === undefined ? {} : { reason }) },
  });
  await unit.outbox.add(wideningNotice(ended, to, at));
  return ended;
}

export async function saveWidening({ widenings }: TenantUnit, widening: Widening): Promise<void> {
  if (!(await widenings.update(widening))) throw changedMeanwhile('widening');
}

/** The widening with the next moment at which the scheduler has to look at it. */
export function scheduled<W extends Widening>(widening: W, facts: WideningFacts, now: Date): W {
  const step = dueWideningStep(widening, facts, now);
  return { ...widening, dueAt: step.do === 'wait' ? step.dueAt : now.toISOString() };
}

/** The facts by which a widening's confirmation counts. @param present the controls now */
export async function wideningFacts(
  { tenant, organisation, trust }: Pick<TenantUnit, 'tenant'> & Pick<ReadUnit, 'organisation' | 'trust'>,
  present: PrivacyControls,
): Promise<WideningFacts> {
  const admins = await organisation.withRole(tenant, 'admin');
  return {
    present,
    isClaimed: (await trust.current(tenant)) !== null,
    isAdmin: (id) => admins.some((person) => person.id === id && hasRole(person, 'admin')),
  };
}
