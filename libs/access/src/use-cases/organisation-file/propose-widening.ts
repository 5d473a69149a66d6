import { canonicalJson, parseTrustDocument } from '@countersign/contract';
import type { Person } from '../../domain/person.js';
import { type SplitWidening, splitWidening } from '../../domain/tenant-changes.js';
import { mayBeNamedInTrust, type TrustFacts } from '../../domain/trust/trust-document.js';
import type { TrustProposal } from '../../domain/trust/trust-proposal.js';
import { validateTrustDocument } from '../../domain/trust/validate-trust-document.js';
import { parseInput } from '../../domain/validate-input.js';
import { AccessError } from '../../errors.js';
import type { ReadUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { loadTrustFacts, proposeIn, withdrawProposalIn } from '../trust/trust-proposals.js';
import type { OrganisationStep } from './plan/organisation-step.js';
import { tenantStep } from './plan/tenant-steps.js';

type Reads = Pick<ReadUnit, 'organisation' | 'authenticators' | 'trust'>;

/**
 * Splits each step that widens a claimed tenant: the part that narrows is applied, and the rest becomes a proposal that the
 * tenant's own people sign. A step that cannot become a proposal is left as it is, and is refused later.
 */
export async function planWideningProposals(
  deps: Deps,
  steps: readonly OrganisationStep[],
  unitOf: (tenant: string) => Reads | Promise<Reads>,
): Promise<OrganisationStep[]> {
  const people = steps.flatMap(({ person }) => person ?? []);
  const plans = await Promise.all(
    steps.map(async (step) => {
      if (step.widens === undefined || step.tenant === undefined) return [step];
      return (await splitStep(deps, step.tenant, people, await unitOf(step.widens.tenant))) ?? [step];
    }),
  );
  return plans.flat();
}

/** Null if the tenant's people could not sign it. */
async function splitStep(
  deps: Deps,
  { before, after }: NonNullable<OrganisationStep['tenant']>,
  people: readonly Person[],
  unit: Reads,
): Promise<OrganisationStep[] | null> {
  const current = await unit.trust.current(before.slug);
  const split = current === null ? null : splitWidening(before, after, current);
  if (split === null) return null;
  const signerIds = new Set(split.document.people.map(({ person }) => person));
  const removesSigner = people.some((person) => signerIds.has(person.id) && !mayBeNamedInTrust(person));
  const open = await unit.trust.openProposal(before.slug);
  const isOfOwnPeople = open !== null && open.by !== 'host';
  const facts = await loadTrustFacts({ ...deps, relyingParty: null }, unit, before.slug);
  if (removesSigner || isOfOwnPeople || facts.reset !== null || !couldBeSigned(split, facts)) return null;
  const narrowed = { ...after, controls: split.narrowed };
  const narrows = canonicalJson(before.controls) !== canonicalJson(split.narrowed);
  return [
    ...(narrows ? [tenantStep(before, narrowed, 'change')] : []),
    proposalStep(deps, { before: split.narrowed, after: after.controls }, split, open),
  ];
}

/** True if the document is valid and only lacks signatures. */
function couldBeSigned({ document }: SplitWidening, facts: TrustFacts): boolean {
  try {
    validateTrustDocument(
      parseInput('/document', () => parseTrustDocument(document)),
      facts,
    );
    return true;
  } catch (error) {
    if (error instanceof AccessError) return false;
    throw error;
  }
}

function proposalStep(
  deps: Deps,
  controls: NonNullable<TrustProposal['controls']>,
  { document }: SplitWidening,
  open: TrustProposal | null,
): OrganisationStep {
  const isOpenAlready =
    open !== null &&
    canonicalJson(open.document) === canonicalJson(document) &&
    canonicalJson(open.controls) === canonicalJson(controls);
  return {
    change: {
      action: 'propose',
      kind: 'tenant',
      name: document.tenant,
      before: controls.before,
      after: controls.after,
    },
    async apply(unit, at) {
      // The same file again: the open proposal stays, with the signatures that it has.
      if (isOpenAlready) return;
      const own = await unit.tenant(document.tenant);
      if (open !== null) await withdrawProposalIn(own, open, { actor: 'host', at });
      await proposeIn(deps, own, { document, by: 'host', controls });
    },
  };
}
