import type { Organisation, OrganisationTenant } from '@countersign/access';
import type { ServiceDefinition } from '@countersign/contract';

/** The test people, keyed by role. Names and e-mail addresses show their side. */
export const PEOPLE = {
  engineer: { email: 'erin@vendor.example', tenant: null },
  otherEngineer: { email: 'eli@vendor.example', tenant: null },
  reviewer: { email: 'max@vendor.example', tenant: null },
  engineerAndReviewer: { email: 'kim@vendor.example', tenant: null },
  securityAdmin: { email: 'sam@vendor.example', tenant: null },
  vendorAuditor: { email: 'vera@vendor.example', tenant: null },
  legal: { email: 'lee@vendor.example', tenant: null },
  approver: { email: 'ada@acme.example', tenant: 'acme' },
  secondApprover: { email: 'bob@acme.example', tenant: 'acme' },
  tenantAdmin: { email: 'ann@acme.example', tenant: 'acme' },
  tenantAuditor: { email: 'art@acme.example', tenant: 'acme' },
  foreignApprover: { email: 'gwen@globex.example', tenant: 'globex' },
  foreignAdmin: { email: 'gus@globex.example', tenant: 'globex' },
} as const satisfies Record<string, { email: string; tenant: string | null }>;

export type PersonName = keyof typeof PEOPLE;
export const personNames = Object.keys(PEOPLE) as PersonName[];

export function billing(upstream = 'http://localhost:4200'): ServiceDefinition {
  return {
    name: 'billing',
    upstream,
    audience: 'billing',
    tenantFrom: 'path',
    routes: [
      {
        method: 'GET',
        path: '/tenants/{tenant}/invoices',
        resource: 'invoices',
        action: 'list',
        query: ['page', 'status'],
      },
      { method: 'GET', path: '/tenants/{tenant}/invoices/{id}', resource: 'invoices/{id}', action: 'read' },
      {
        method: 'PATCH',
        path: '/tenants/{tenant}/invoices/{id}',
        resource: 'invoices/{id}',
        action: 'update',
      },
      { method: 'GET', path: '/tenants/{tenant}/payroll', resource: 'payroll', action: 'list' },
    ],
  };
}

function tenant(slug: string, people: OrganisationTenant['people']): OrganisationTenant {
  return {
    slug,
    name: `${slug} Corp`,
    people,
    privacyControls: {
      approvals: 1,
      maxDuration: 3600,
      countersign: ['update'],
      slackMayApprove: ['list', 'read'],
      forbid: [{ service: 'billing', resource: 'payroll/**', actions: ['*'] }],
    },
    oidc: null,
    slack: null,
    webhooks: [],
  };
}

/** Acme's requests wait for its owner Ada; after two hours its manager Bob may decide too. */
export function waitForOwner(file: Organisation): void {
  const [acme] = file.tenants;
  const groups: Record<string, string[]> = { Ada: ['owners'], Bob: ['managers'] };
  for (const person of acme!.people) if (groups[person.name]) person.groups = groups[person.name]!;
  const escalate = { after: 7_200, to: ['managers'] };
  acme!.privacyControls.rules = [{ stages: [{ name: 'owner', groups: ['owners'], approvals: 1, escalate }] }];
}

/** Two tenants, one service, one vendor review and one approval; `change` alters a fresh copy. */
export function organisation(change: (file: Organisation) => void = () => {}): Organisation {
  const file: Organisation = {
    vendor: {
      name: 'Vendor',
      oidc: null,
      webhooks: [],
      staff: [
        { email: 'erin@vendor.example', name: 'Erin', roles: ['engineer'] },
        { email: 'eli@vendor.example', name: 'Eli', roles: ['engineer'] },
        { email: 'max@vendor.example', name: 'Max', roles: ['reviewer'] },
        { email: 'kim@vendor.example', name: 'Kim', roles: ['engineer', 'reviewer'] },
        { email: 'sam@vendor.example', name: 'Sam', roles: ['security-admin'] },
        { email: 'vera@vendor.example', name: 'Vera', roles: ['auditor'] },
        { email: 'lee@vendor.example', name: 'Lee', roles: ['legal'] },
      ],
    },
    services: [billing()],
    accessPolicy: { vendorReviews: 1, maxDuration: 14_400, tokenTtl: 300, requestTtl: 43_200 },
    tenants: [
      tenant('acme', [
        { email: 'ada@acme.example', name: 'Ada', roles: ['approver', 'admin'] },
        { email: 'bob@acme.example', name: 'Bob', roles: ['approver'] },
        { email: 'ann@acme.example', name: 'Ann', roles: ['admin'] },
        { email: 'art@acme.example', name: 'Art', roles: ['auditor'] },
      ]),
      tenant('globex', [
        { email: 'gwen@globex.example', name: 'Gwen', roles: ['approver'] },
        { email: 'gus@globex.example', name: 'Gus', roles: ['admin'] },
      ]),
    ],
  };
  change(file);
  return file;
}
