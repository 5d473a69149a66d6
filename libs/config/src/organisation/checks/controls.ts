import type { Finding } from '../problem.js';
import type { Readable } from '../readable.js';

/** Rules that could never be met, or that protect nothing because they name nothing. */
export function controls({ services, tenants }: Readable): Finding[] {
  const known = new Set(services.map(({ name }) => name));
  // A service whose name cannot be read may be the one that a rule means.
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
