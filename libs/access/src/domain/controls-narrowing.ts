import { canonicalJson } from '@countersign/contract';
import { practiceRank } from './practice.js';
import type {
  ControlRule,
  EmergencyControls,
  PrivacyControls,
  WideningControls,
} from './privacy-controls.js';
import { countsTokens, isAsStrict, type SupervisionRule } from './supervision.js';

/** True if each entry of the first list is in the second one. */
export const within = <T>(some: readonly T[], all: readonly T[]): boolean => without(some, all).length === 0;

/** The entries of the first list that are not in the second one. */
export const without = <T>(all: readonly T[], some: readonly T[]): T[] => {
  const known = new Set(some.map((each) => canonicalJson(each)));
  return all.filter((each) => !known.has(canonicalJson(each)));
};

/** Each entry of both lists once, those of the first list first. */
export const both = <T>(one: readonly T[], other: readonly T[]): T[] => [...one, ...without(other, one)];
const common = <T>(one: readonly T[], other: readonly T[]): T[] => without(one, without(one, other));

/** For each member, whether the new controls allow nothing by it that the old ones did not. A new member needs its line. */
const NARROWS: Readonly<
  Record<keyof PrivacyControls, (before: PrivacyControls, after: PrivacyControls) => boolean>
> = {
  approvals: (before, after) => after.approvals >= before.approvals,
  maxDuration: (before, after) => longest(after) <= longest(before),
  countersign: (before, after) => within(before.countersign, after.countersign),
  slackMayApprove: (before, after) => within(after.slackMayApprove, before.slackMayApprove),
  forbid: (before, after) => within(before.forbid, after.forbid),
  requireGateway: (before, after) => after.requireGateway === true || before.requireGateway !== true,
  keepMasked: (before, after) => after.keepMasked === true || before.keepMasked !== true,
  emergency: (before, after) => narrowsEmergency(before.emergency, after.emergency),
  rules: (before, after) =>
    within(tightening(before), after.rules ?? []) && within(observing(after), observing(before)),
  // A further deputy, or a further group that is not notified, is a widening.
  deputies: (before, after) => within(after.deputies ?? [], before.deputies ?? []),
  unnotified: (before, after) => within(after.unnotified ?? [], before.unnotified ?? []),
  zone: (before, after) => before.zone === after.zone,
  widening: (before, after) => narrowsWidening(before.widening, after.widening),
  supervision: (before, after) => narrowsSupervision(before.supervision, after.supervision),
  places: narrowsPlaces,
  // The hours of a practice do not change any access.
  practice: (before, after) => practiceRank(after.practice) >= practiceRank(before.practice),
};

/** True if the new controls allow nothing that the old ones did not. */
export const narrowsControls = (before: PrivacyControls, after: PrivacyControls): boolean =>
  Object.values(NARROWS).every((narrows) => narrows(before, after));

/** `narrows`: allows less, or requires more. `both`: allows more in one way and less in another. `neither`: the same in other words. */
type MemberEffect = 'narrows' | 'widens' | 'both' | 'neither';

/** A member of the controls that differs, and the effect of the change. */
export interface ChangedMember {
  member: keyof PrivacyControls;
  effect: MemberEffect;
}

/** Each member that differs, with the effect of the change. */
export function changedMembers(before: PrivacyControls, after: PrivacyControls): ChangedMember[] {
  const isChanged = (member: keyof PrivacyControls) =>
    canonicalJson(before[member] ?? null) !== canonicalJson(after[member] ?? null);
  return MEMBERS.filter(isChanged).map((member) => {
    const widens = !NARROWS[member](before, after);
    const narrows = !NARROWS[member](after, before);
    if (widens) return { member, effect: narrows ? 'both' : 'widens' };
    return { member, effect: narrows ? 'narrows' : 'neither' };
  });
}

const longest = ({ maxDuration }: PrivacyControls) => maxDuration ?? Number.POSITIVE_INFINITY;

/** A rule that takes approvals away. All others tighten. */
const isObserving = ({ mode }: ControlRule): boolean => mode === 'observe';
const observing = ({ rules = [] }: PrivacyControls) => rules.filter(isObserving);

/** Rules that require something: all but those that only take approvals away, which may go at once. */
const tightening = ({ rules = [] }: PrivacyControls) => rules.filter((rule) => !onlyObserves(rule));
const onlyObserves = (rule: ControlRule): boolean =>
  isObserving(rule) && Object.keys(rule).every((name) => name === 'mode' || name === 'services');

/** Each rule was there already, or is a part of one that was, and the vendor explains no later. */
function narrowsEmergency(before?: EmergencyControls, after?: EmergencyControls): boolean {
  if (after === undefined) return true;
  if (before === undefined) return after.allow.length === 0;
  return (
    after.disclosureDue <= before.disclosureDue &&
    after.allow.every((rule) =>
      before.allow.some(
        (each) =>
          rule.maxDuration <= each.maxDuration &&
          within(rule.services, each.services) &&
          within(rule.actions, each.actions),
      ),
    )
  );
}

const NO_WAIT: WideningControls = { delay: 0, secondAdmin: false };

/** A widening waits no less: the rule itself is lowered only by a widening that has waited. */
const narrowsWidening = (before = NO_WAIT, after = NO_WAIT): boolean =>
  after.delay >= before.delay && (after.secondAdmin || !before.secondAdmin);

function stricterWidening(one?: WideningControls, other?: WideningControls): WideningControls | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    delay: Math.max(one.delay, other.delay),
    secondAdmin: one.secondAdmin || other.secondAdmin,
  };
}

/**
 * The part of a change that narrows: the stricter of both, member by member. It takes effect at once, while the rest waits.
 * A replaced rule counts together with the one in its place. Rules with stages are added only if no rule goes: stages of two
 * versions could contradict each other.
 */
export function narrowingPart(before: PrivacyControls, after: PrivacyControls): PrivacyControls {
  const { approvals, countersign, slackMayApprove, forbid, emergency, zone } = before;
  const shortest = Math.min(longest(before), longest(after));
  return withoutEmpty({
    approvals: Math.max(approvals, after.approvals),
    maxDuration: Number.isFinite(shortest) ? shortest : null,
    countersign: both(countersign, after.countersign),
    slackMayApprove: common(slackMayApprove, after.slackMayApprove),
    forbid: both(forbid, after.forbid),
    requireGateway: before.requireGateway ?? after.requireGateway,
    keepMasked: before.keepMasked ?? after.keepMasked,
    emergency: narrowsEmergency(emergency, after.emergency) ? after.emergency : emergency,
    zone,
    rules: stricterRules(before.rules ?? [], after.rules ?? []),
    deputies: common(before.deputies ?? [], after.deputies ?? []),
    unnotified: common(before.unnotified ?? [], after.unnotified ?? []),
    widening: stricterWidening(before.widening, after.widening),
    supervision: stricterSupervision(before.supervision, after.supervision),
    places: narrowsPlaces(before, after) ? after.places : before.places,
    practice:
      practiceRank(after.practice) >= practiceRank(before.practice) ? after.practice : before.practice,
  });
}

/**
 * Another list of places can hide tokens from a rule, so it counts as a widening if a rule of the customer reads the list. The
 * vendor's rules do not count here.
 */
function narrowsPlaces(before: PrivacyControls, after: PrivacyControls): boolean {
  const isSame = canonicalJson(before.places ?? []) === canonicalJson(after.places ?? []);
  return isSame || !(before.supervision ?? []).some(countsTokens);
}

/** Each rule stays, or a stricter one is in its place. */
const narrowsSupervision = (
  before: readonly SupervisionRule[] = [],
  after: readonly SupervisionRule[] = [],
) => before.every((rule) => after.some((other) => isAsStrict(other, rule)));

/** The most rules of supervision of a document, as in libs/api. */
const MAX_SUPERVISION = 20;

function stricterSupervision(
  before: readonly SupervisionRule[] = [],
  after: readonly SupervisionRule[] = [],
): SupervisionRule[] {
  const rules = before.map((rule) => after.find((other) => isAsStrict(other, rule)) ?? rule);
  const added = after.filter(({ name }) => !before.some((rule) => rule.name === name));
  return rules.length + added.length > MAX_SUPERVISION ? rules : [...rules, ...added];
}

/** The most rules of a document, as in libs/api. */
const MAX_RULES = 100;

function stricterRules(before: readonly ControlRule[], after: readonly ControlRule[]): ControlRule[] {
  const loosened = without(before, after);
  const rules = without(before, loosened.filter(onlyObserves));
  const added = without(after, before)
    .filter((rule) => !isObserving(rule))
    .filter(({ stages }) => stages === undefined || loosened.length === 0);
  return rules.length + added.length > MAX_RULES ? rules : [...rules, ...added];
}

/** Absent members stay absent, so that one content has one version. */
function withoutEmpty(controls: { [Name in keyof PrivacyControls]-?: PrivacyControls[Name] | undefined }) {
  const isLeftOut = (name: string, value: unknown) =>
    value === undefined || (OPTIONAL_LISTS.includes(name) && (value as unknown[]).length === 0);
  return Object.fromEntries(
    Object.entries(controls).filter(([name, value]) => !isLeftOut(name, value)),
  ) as unknown as PrivacyControls;
}

const OPTIONAL_LISTS = ['rules', 'deputies', 'unnotified', 'supervision', 'places'];

/**
 * Members of one group change together, because one is read with the others: days and times of day are those of the zone,
 * and an action that must be countersigned is no action for Slack.
 */
const GROUP_OF: Readonly<Record<keyof PrivacyControls, string>> = {
  approvals: 'approvals',
  maxDuration: 'maxDuration',
  ...{ countersign: 'actions', slackMayApprove: 'actions' },
  forbid: 'forbid',
  requireGateway: 'requireGateway',
  keepMasked: 'keepMasked',
  emergency: 'emergency',
  ...{ zone: 'rules', rules: 'rules', deputies: 'rules' },
  unnotified: 'unnotified',
  widening: 'widening',
  ...{ supervision: 'supervision', places: 'supervision' },
  practice: 'practice',
};
const MEMBERS = Object.keys(GROUP_OF) as (keyof PrivacyControls)[];

/**
 * The controls to which a widening leads when it takes effect. A member that is still as it was at the proposal takes its new
 * value. A member that has changed since stays as it is, so that a narrowing that came meanwhile wins. Members of one group
 * (`GROUP_OF`) change together.
 *
 * @param present the controls now
 */
export function widenedControls(
  present: PrivacyControls,
  { before, after }: { before: PrivacyControls; after: PrivacyControls },
): PrivacyControls {
  const hasChanged = (name: keyof PrivacyControls) =>
    canonicalJson(present[name] ?? null) !== canonicalJson(before[name] ?? null);
  const changed = new Set(MEMBERS.filter(hasChanged).map((name) => GROUP_OF[name]));
  const members = MEMBERS.flatMap((name) => {
    const value = (changed.has(GROUP_OF[name]) ? present : after)[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(members) as unknown as PrivacyControls;
}
