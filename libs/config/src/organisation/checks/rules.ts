import { ANY_ACTION } from '@countersign/contract';
import type { Finding } from '../problem.js';
import type { Readable } from '../readable.js';

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
