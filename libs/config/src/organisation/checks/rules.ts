import { canFillStages, EXTRA_STAGE } from '@countersign/access';
import { ANY_ACTION, canonicalJson } from '@countersign/contract';
import type { Finding, Path } from '../problem.js';
import type { Readable, ReadablePerson } from '../readable.js';

/** A rule must name a service of the file, or it would apply to nothing. A rule for all actions leaves `actions` out. */
export function accessRules({ services, rules }: Readable): Finding[] {
  const known = new Set(services.map(({ name }) => name));
  // A rule may mean a service whose name is invalid, which is reported elsewhere.
  const complete = !known.has('');
  return rules.flatMap(({ path, value }) => [
    ...value.services.flatMap((name, index) =>
      !complete || name === '' || known.has(name)
        ? []
        : [
            {
              path: [...path, 'services', index],
              detail: `"${name}" is no service of this file, so this rule would hold for nothing`,
            },
          ],
    ),
    ...value.actions.flatMap((action, index) =>
      action === ANY_ACTION
        ? [
            {
              path: [...path, 'actions', index],
              detail: 'may be "*" in forbid only; leave actions out for all of them',
            },
          ]
        : [],
    ),
  ]);
}

/** `"*"` may be forbidden, never granted. An action that must be countersigned cannot be approved in Slack. */
export function actions({ tenants }: Readable): Finding[] {
  return tenants.flatMap(({ controls: { path, value } }) => [
    ...everyActionIn(value.countersign, [...path, 'countersign']),
    ...everyActionIn(value.slackMayApprove, [...path, 'slackMayApprove']),
    ...value.slackMayApprove.flatMap((action, index) =>
      action === '' || action === ANY_ACTION || !value.countersign.includes(action)
        ? []
        : [
            {
              path: [...path, 'slackMayApprove', index],
              detail: `"${action}" must be countersigned, so Slack may not approve it`,
            },
          ],
    ),
  ]);
}

function everyActionIn(list: readonly string[], path: Finding['path']): Finding[] {
  const index = list.indexOf(ANY_ACTION);
  return index < 0 ? [] : [{ path: [...path, index], detail: 'may be "*" in forbid only; name the actions' }];
}

/** Rules that no one could satisfy, or that protect nothing because they name nothing. */
export function controls({ services, tenants }: Readable): Finding[] {
  const known = new Set(services.map(({ name }) => name));
  // A rule may mean a service whose name is invalid, which is reported elsewhere.
  const complete = !known.has('');
  return tenants.flatMap(({ controls: { path, value }, people }) => {
    const findings: Finding[] = [];
    const approvers = people.filter(({ value: person }) => person.roles.includes('approver')).length;
    if (value.approvals === 0)
      findings.push({
        path: [...path, 'approvals'],
        detail:
          'asks for no approval, so the vendor would decide alone; to allow that for a service, set a rule with its mode observe',
      });
    if (value.approvals > approvers) {
      findings.push({
        path: [...path, 'approvals'],
        detail: `asks for ${value.approvals} of ${approvers} ${approvers === 1 ? 'approver' : 'approvers'}, so nothing could ever be approved`,
      });
    }
    for (const [index, rule] of value.forbid.entries()) {
      if (!complete || rule.service === '' || known.has(rule.service)) continue;
      findings.push({
        path: [...path, 'forbid', index, 'service'],
        detail: `"${rule.service}" is no service of this file, so this rule would protect nothing`,
      });
    }
    return findings;
  });
}

type ReadableControls = Readable['tenants'][number]['controls']['value'];
type ReadableControlRule = NonNullable<ReadableControls['rules']>[number];
type ReadableStage = NonNullable<ReadableControlRule['stages']>[number];

/** Rules of a tenant's controls that could never be satisfied, that apply to nothing, or that contradict each other. */
export function controlRules({ services, tenants }: Readable): Finding[] {
  const names = services.map(({ name }) => name);
  return tenants.flatMap(({ controls: { path, value }, people }) => {
    const approvers = people.map((person) => person.value).filter(({ roles }) => roles.includes('approver'));
    return (value.rules ?? []).flatMap((rule, index) => {
      const place = [...path, 'rules', index];
      return [
        ...unknownServices(rule, names, place),
        ...everyActionIn(rule.actions ?? [], [...place, 'actions']),
        ...tooFewApprovers(rule, approvers, place),
        ...unclearStages(rule.stages ?? [], value.rules ?? [], place),
        ...impossibleMode(rule, place),
      ];
    });
  });
}

/** Finds rules of supervision, the vendor's and the tenants', that name an unknown service: they would watch nothing. */
export function supervision({ services, tenants, policy }: Readable): Finding[] {
  const names = services.map(({ name }) => name);
  const unknown = (rules: readonly { services?: string[] | undefined }[] = [], path: Path) =>
    rules.flatMap((rule, index) => unknownServices(rule, names, [...path, 'supervision', index]));
  return [
    ...unknown(policy?.supervision, ['accessPolicy']),
    ...tenants.flatMap(({ controls: { path, value } }) => unknown(value.supervision, path)),
  ];
}

function unknownServices(
  { services = [] }: { services?: string[] | undefined },
  names: readonly string[],
  place: Path,
): Finding[] {
  // A rule may mean a service whose name is invalid, which is reported elsewhere.
  if (names.includes('')) return [];
  return services.flatMap((name, index) =>
    name === '' || names.includes(name)
      ? []
      : [
          {
            path: [...place, 'services', index],
            detail: `"${name}" is no service of this file, so this rule would protect nothing`,
          },
        ],
  );
}

function tooFewApprovers(
  { approvals = 0, stages = [] }: ReadableControlRule,
  approvers: readonly ReadablePerson[],
  place: Path,
): Finding[] {
  if (approvals > approvers.length)
    return [
      {
        path: [...place, 'approvals'],
        detail: `asks for ${approvals} of ${approvers.length} approver(s), so nothing could ever be approved`,
      },
    ];
  // Groups that the file does not show may be any.
  const all = stages.flatMap(({ groups, escalate }) => [...groups, ...(escalate?.to ?? [])]);
  const canFill = canFillStages(
    approvers.map(({ groups = all }) => groups),
    stages.map(({ groups, approvals: required, escalate }) => ({
      required,
      groups: groups.length === 0 ? null : [...groups, ...(escalate?.to ?? [])],
    })),
  );
  return canFill
    ? []
    : [
        {
          path: [...place, 'stages'],
          detail:
            'need more different approvers in their groups than there are, so nothing could ever be approved',
        },
      ];
}

/** Without approvals only a whole service is observed: a part of it could be reached by asking for more. */
function impossibleMode({ mode, services, ...rest }: ReadableControlRule, place: Path): Finding[] {
  if (mode !== 'observe') return [];
  const others = ['resources', 'actions', 'risks', 'reasons', 'approvals', 'stages'].filter(
    (name) => rest[name as keyof typeof rest] !== undefined,
  );
  const detail = 'needs services, and no other condition, approvals or stages beside it';
  return services === undefined || others.length > 0 ? [{ path: [...place, 'mode'], detail }] : [];
}

/** Stages of one name are one stage in all rules, so they name the same people. */
function unclearStages(
  stages: readonly ReadableStage[],
  rules: readonly ReadableControlRule[],
  place: Path,
): Finding[] {
  const first = new Map<string, ReadableStage>();
  for (const stage of rules.flatMap((rule) => rule.stages ?? []))
    if (!first.has(stage.name)) first.set(stage.name, stage);
  return stages.flatMap((stage, index) => {
    const { name, groups, escalate } = stage;
    const path = [...place, 'stages', index];
    if (stages.findIndex((each) => each.name === name) < index)
      return [{ path: [...path, 'name'], detail: `repeats the stage "${name}"` }];
    if (name === EXTRA_STAGE && groups.length > 0)
      return [
        { path: [...path, 'groups'], detail: `must be left out: "${EXTRA_STAGE}" is open to every approver` },
      ];
    if (escalate !== undefined && groups.length === 0)
      return [{ path: [...path, 'escalate'], detail: 'has no effect: every approver may decide already' }];
    const other = first.get(name);
    const people = (each: ReadableStage) => canonicalJson([each.groups, each.escalate ?? null]);
    return other === undefined || people(other) === people(stage)
      ? []
      : [{ path: [...path, 'groups'], detail: `another rule has a stage "${name}" of other people` }];
  });
}
