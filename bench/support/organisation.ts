import type { Organisation } from '@countersign/access';

export const REVIEWER = { email: 'max@vendor.example', tenant: null };
export const APPROVER = { email: 'ada@acme.example', tenant: 'acme' };
export const engineer = (index: number) => ({ email: `engineer-${index}@vendor.example`, tenant: null });

/** One vendor with so many engineers, one service, one customer: one vendor review, one approval. */
export function benchOrganisation(engineers: number, upstream: string): Organisation {
  return {
    vendor: {
      name: 'Vendor',
      oidc: null,
      webhooks: [],
      staff: [
        ...Array.from({ length: engineers }, (_, index) => ({
          email: engineer(index).email,
          name: `Engineer ${index}`,
          roles: ['engineer' as const],
        })),
        { email: REVIEWER.email, name: 'Max', roles: ['reviewer'] },
      ],
    },
    services: [
      {
        name: 'billing',
        upstream,
        audience: 'billing',
        tenantFrom: 'path',
        routes: [
          { method: 'GET', path: '/tenants/{tenant}/invoices', resource: 'invoices', action: 'list' },
          {
            method: 'GET',
            path: '/tenants/{tenant}/invoices/{id}',
            resource: 'invoices/{id}',
            action: 'read',
          },
        ],
      },
    ],
    accessPolicy: { vendorReviews: 1, maxDuration: 14_400, tokenTtl: 900, requestTtl: 43_200 },
    tenants: [
      {
        slug: 'acme',
        name: 'Acme',
        people: [{ email: APPROVER.email, name: 'Ada', roles: ['approver'] }],
        privacyControls: {
          approvals: 1,
          maxDuration: 3_600,
          countersign: [],
          slackMayApprove: [],
          forbid: [],
        },
        oidc: null,
        slack: null,
        webhooks: [],
      },
    ],
  };
}

/** What an engineer asks for. */
export const ASK = {
  tenant: 'acme',
  service: 'billing',
  scope: [{ resource: 'invoices/*', actions: ['read'] }],
  duration: 'PT1H',
  justification: 'Case 4711: an invoice shows a wrong total',
};
