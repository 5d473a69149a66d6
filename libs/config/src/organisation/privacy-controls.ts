import type { ControlsFacts, PrivacyControls } from '@countersign/access';
import { privacyControlsInput } from '@countersign/api';
import { actions, controls as meetable } from './checks/rules.js';
import { sizes } from './checks/sizes.js';
import { toControls } from './convert.js';
import { findingsOf, type OrganisationProblem, pointerOf } from './problem.js';
import type { Readable } from './readable.js';

type ParsedControls = { controls: PrivacyControls } | { problems: OrganisationProblem[] };

/**
 * Parses one tenant's controls by the rules of the organisation file: the shape and the rules between members.
 *
 * @param value plain data as the file's `privacyControls` writes it
 * @param facts the services that exist, and how many approvers the tenant has
 */
export function parsePrivacyControls(value: unknown, facts: ControlsFacts): ParsedControls {
  const parsed = privacyControlsInput.safeParse(value, { reportInput: true });
  const findings = parsed.success
    ? [actions, meetable, sizes].flatMap((check) => check(asFile(toControls(parsed.data), facts)))
    : parsed.error.issues.flatMap(findingsOf);
  if (parsed.success && findings.length === 0) return { controls: toControls(parsed.data) };
  return { problems: findings.map(({ path, detail }) => ({ pointer: pointerOf(path), detail })) };
}

/** The controls in the form in which the checks of a whole file see them. */
function asFile(controls: PrivacyControls, { services, approvers }: ControlsFacts): Readable {
  const approver = { path: [], value: { email: '', roles: ['approver'] } };
  return {
    vendor: { name: '', oidc: undefined, webhooks: [], canaries: [] },
    staff: [],
    vendorSlack: undefined,
    sides: [],
    rules: [],
    policy: undefined,
    services: services.map((name) => ({ path: [], name, entry: undefined, tenants: [], positions: [] })),
    tenants: [
      {
        path: [],
        slug: '',
        people: Array.from({ length: approvers }, () => approver),
        controls: { path: [], value: controls },
        slack: undefined,
      },
    ],
  };
}
