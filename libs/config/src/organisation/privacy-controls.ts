import type { ControlsFacts, PrivacyControls } from '@countersign/access';
import { privacyControlsInput } from '@countersign/api';
import { actions, controlRules, controls as meetable, supervision } from './checks/rules.js';
import { sizes } from './checks/sizes.js';
import { toControls } from './convert.js';
import { findingsOf, type OrganisationProblem, pointerOf } from './problem.js';
import type { Readable } from './readable.js';

type ParsedControls = { controls: PrivacyControls } | { problems: OrganisationProblem[] };

/**
 * Parses one tenant's controls by the rules of the organisation file: the shape and the rules between members.
 *
 * @param value plain data as the file's `privacyControls` writes it
 * @param facts the services that exist, and the groups of each of the tenant's approvers
 */
export function parsePrivacyControls(value: unknown, facts: ControlsFacts): ParsedControls {
  const parsed = privacyControlsInput.safeParse(value, { reportInput: true });
  const findings = parsed.success
    ? [actions, meetable, controlRules, supervision, sizes].flatMap((check) =>
        check(asFile(toControls(parsed.data), facts)),
      )
    : parsed.error.issues.flatMap(findingsOf);
  if (parsed.success && findings.length === 0) return { controls: toControls(parsed.data) };
  return { problems: findings.map(({ path, detail }) => ({ pointer: pointerOf(path), detail })) };
}

/** The controls in the form in which the checks of a whole file see them. */
function asFile(
  { rules, supervision: watched, ...rest }: PrivacyControls,
  { services, approvers }: ControlsFacts,
): Readable {
  const copied = {
    ...(rules === undefined ? {} : { rules: rules.map((rule) => ({ ...rule })) }),
    ...(watched === undefined ? {} : { supervision: watched.map((rule) => ({ ...rule })) }),
  };
  return {
    vendor: { name: '', oidc: undefined, webhooks: [], canaries: [] },
    staff: [],
    vendorSlack: undefined,
    sides: [],
    domains: [],
    rules: [],
    policy: undefined,
    services: services.map((name) => ({ path: [], name, entry: undefined, tenants: [], positions: [] })),
    tenants: [
      {
        path: [],
        slug: '',
        people: approvers.map((groups) => ({ path: [], value: { email: '', roles: ['approver'], groups } })),
        controls: { path: [], value: { ...rest, ...copied } },
        slack: undefined,
      },
    ],
  };
}
