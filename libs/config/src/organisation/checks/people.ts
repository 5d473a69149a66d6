import { normaliseEmail } from '@countersign/access';
import type { Finding, Path } from '../problem.js';
import type { Readable } from '../readable.js';

/** P2 begins here: who is vendor staff holds no customer role, and who guards access does not ask for it. */
export function people({ staff, tenants }: Readable): Finding[] {
  const findings: Finding[] = [];
  const vendor = new Set<string>();
  for (const { path, value } of staff) {
    const email = normaliseEmail(value.email);
    if (email === undefined) findings.push(...notAnAddress(path, value.email));
    else vendor.add(email);
    const also = value.roles.filter((role) => role === 'engineer' || role === 'reviewer');
    if (value.roles.includes('security-admin') && also.length > 0) {
      findings.push({
        path: [...path, 'roles'],
        detail: `security-admin excludes ${also.join(' and ')}: whoever watches over access neither asks for it nor reviews it`,
      });
    }
  }
  for (const { path, value } of tenants.flatMap((tenant) => tenant.people)) {
    const email = normaliseEmail(value.email);
    if (email === undefined) findings.push(...notAnAddress(path, value.email));
    else if (vendor.has(email)) {
      findings.push({
        path: [...path, 'email'],
        detail: `"${email}" is vendor staff, and vendor staff never hold a customer role`,
      });
    }
  }
  return findings;
}

const notAnAddress = (path: Path, email: string): Finding[] =>
  email === '' ? [] : [{ path: [...path, 'email'], detail: 'must be an e-mail address' }];
