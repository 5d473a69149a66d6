import { isForeignAddress, normaliseEmail, type OwnedDomain, readDomain } from '@countersign/access';
import type { Finding } from '../problem.js';
import type { Readable } from '../readable.js';

/** A domain belongs to one side, and no side names a person in another side's domain. */
export function domains({ domains: listed, staff, tenants }: Readable): Finding[] {
  const seen = new Map<string, string>();
  const findings: Finding[] = [];
  const owned: OwnedDomain[] = [];
  for (const { path, value, side } of listed) {
    const domain = readDomain(value);
    if (domain === undefined) continue;
    const owner = side.join('/');
    const other = seen.get(domain);
    if (other !== undefined)
      findings.push({
        path,
        detail: other === owner ? `repeats "${domain}"` : `"${domain}" is listed for another side already`,
      });
    seen.set(domain, owner);
    owned.push({ domain, tenant: side[0] === 'vendor' ? null : owner });
  }
  const people = [
    ...staff.map((each) => ({ ...each, side: null })),
    ...tenants.flatMap(({ path, people: members }) =>
      members.map((each) => ({ ...each, side: path.join('/') })),
    ),
  ];
  for (const { path, value, side } of people) {
    const email = normaliseEmail(value.email);
    if (email !== undefined && isForeignAddress(owned, { email }, side))
      findings.push({ path: [...path, 'email'], detail: `"${email}" is in a domain of another side` });
  }
  return findings;
}
