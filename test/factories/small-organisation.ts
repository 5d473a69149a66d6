import type { Organisation } from '@countersign/access';
import { sampleControls, samplePolicy } from './domain.js';

/** Two tenants, one service, each role once. The test decides if acme needs two approvals. */
export function smallOrganisation(change: { approvals?: number; vendorReviews?: number } = {}): Organisation {
  const route = (method: string, path: string, resource: string, action: string) => ({
    method,
    path: `/tenants/{tenant}${path}`,
    resource,
    action,
  });
  return {
    vendor: {
      name: 'Northwind Cloud',
      oidc: null,
      webhooks: [],
      staff: [
        { email: 'erin@northwind.example', name: 'Erin Okafor', roles: ['engineer'] },
        { email: 'max@northwind.example', name: 'Max Lind', roles: ['engineer', 'reviewer'] },
        { email: 'rita@northwind.example', name: 'Rita Sorel', roles: ['reviewer'] },
        { email: 'sam@northwind.example', name: 'Sam Ito', roles: ['security-admin'] },
        { email: 'ola@northwind.example', name: 'Ola Brandt', roles: ['auditor'] },
      ],
    },
    services: [
      {
        name: 'billing',
        upstream: 'http://localhost:4200',
        audience: 'billing',
        tenantFrom: 'path',
        routes: [
          route('GET', '/invoices', 'invoices', 'list'),
          route('GET', '/invoices/{id}', 'invoices/{id}', 'read'),
          route('PATCH', '/invoices/{id}', 'invoices/{id}', 'update'),
          route('GET', '/payroll/{id}', 'payroll/{id}', 'read'),
        ],
      },
    ],
    accessPolicy: { ...samplePolicy, vendorReviews: change.vendorReviews ?? 1 },
    tenants: [
      {
        slug: 'acme',
        name: 'Acme Corp',
        people: [
          { email: 'ada@acme.example', name: 'Ada Moreau', roles: ['approver', 'admin'] },
          { email: 'bob@acme.example', name: 'Bob Chen', roles: ['approver'] },
          { email: 'cara@acme.example', name: 'Cara Diaz', roles: ['auditor'] },
        ],
        privacyControls: { ...structuredClone(sampleControls), approvals: change.approvals ?? 1 },
        oidc: null,
        slack: null,
        webhooks: [],
      },
      {
        slug: 'globex',
        name: 'Globex',
        people: [{ email: 'gwen@globex.example', name: 'Gwen Abara', roles: ['approver', 'admin'] }],
        privacyControls: { ...sampleControls, countersign: [], forbid: [] },
        oidc: null,
        slack: null,
        webhooks: [],
      },
    ],
  };
}
