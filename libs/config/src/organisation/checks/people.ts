import { normaliseEmail, VENDOR_SLUG } from '@countersign/access';
import { DEPLOYMENT_SLUG, isSealedLog } from '@countersign/contract';
import type { Finding, Path } from '../problem.js';
import type { Readable } from '../readable.js';

/** P2: vendor staff hold no customer role, and those who guard access cannot request it. */
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
        detail: `security-admin excludes ${also.join(' and ')}: people who monitor access must not request or review it`,
      });
    }
  }
  for (const { path, value } of staff) {
    const others = value.roles.filter((role) => role !== 'legal');
    if (value.roles.includes('legal') && others.length > 0)
      findings.push({
        path: [...path, 'roles'],
        detail: `legal excludes ${others.join(' and ')}: people who answer governments hold no other role`,
      });
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

/** Customers sign in under their tenant's slug and vendor staff under this word. The others are names of logs. */
const isReserved = (slug: string): boolean =>
  slug === VENDOR_SLUG || slug === DEPLOYMENT_SLUG || isSealedLog(slug);

/** Slugs that no tenant may have. The route map's own checks refuse reserved service names. */
export function names({ tenants }: Readable): Finding[] {
  return tenants
    .filter(({ slug }) => isReserved(slug))
    .map(({ path, slug }) => ({ path: [...path, 'slug'], detail: `"${slug}" is a reserved slug` }));
}

/** The isolation test needs two tenants of the file, each with a person who is approver and admin. */
export function canaries({ vendor, tenants }: Readable): Finding[] {
  return vendor.canaries.flatMap((slug, index) => {
    const tenant = tenants.find((each) => each.slug === slug);
    const path: Path = ['vendor', 'canaries', index];
    if (tenant === undefined) return [{ path, detail: `names "${slug}", and there is no such tenant` }];
    if (vendor.canaries.indexOf(slug) < index) return [{ path, detail: 'repeats a tenant' }];
    const mayAct = tenant.people.some(({ value: { roles } }) =>
      ['approver', 'admin'].every((role) => roles.includes(role)),
    );
    return mayAct ? [] : [{ path, detail: `names "${slug}", which has no person who is approver and admin` }];
  });
}

/** A misspelt slug would take the service from the tenant that it is for. */
export function servedTenants({ services, tenants }: Readable): Finding[] {
  const known = new Set(tenants.map(({ slug }) => slug));
  return services.flatMap(({ path, tenants: served }) =>
    served.flatMap((slug, index) =>
      known.has(slug)
        ? []
        : [{ path: [...path, 'tenants', index], detail: `names "${slug}", and there is no such tenant` }],
    ),
  );
}

/**
 * The administrator of a Slack workspace decides which e-mail its accounts have. If two sides share a workspace, matching by
 * e-mail would let that administrator become the other side's approver (P2, P9).
 */
export function slackMatching({ vendorSlack, tenants }: Readable): Finding[] {
  const teams = [vendorSlack, ...tenants.map(({ slack }) => slack)].map((slack) => slack?.teamId);
  return tenants.flatMap(({ path, slack }) =>
    slack?.matchEmail === true && teams.filter((team) => team === slack.teamId).length > 1
      ? [
          {
            path: [...path, 'slack', 'matchEmail'],
            detail: `matches by e-mail in the workspace ${slack.teamId}, which another side names too`,
          },
        ]
      : [],
  );
}
