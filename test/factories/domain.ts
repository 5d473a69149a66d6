import {
  type AccessPolicy,
  type AccessRequest,
  type Grant,
  type Invitation,
  NO_INVITATION,
  type Person,
  type PolicyContext,
  type Principal,
  type PrivacyControls,
  UNCLAIMED,
} from '@countersign/access';
import type { InvitationStatement, ScopeEntry, Terms } from '@countersign/contract';

const id = (prefix: string, tail: number): string =>
  `${prefix}_019abcde-0000-7000-8000-${String(tail).padStart(12, '0')}`;

export const samplePolicy: AccessPolicy = {
  vendorReviews: 1,
  maxDuration: 4 * 3600,
  tokenTtl: 300,
  requestTtl: 12 * 3600,
};

export const sampleControls: PrivacyControls = {
  approvals: 1,
  maxDuration: 3600,
  countersign: ['update'],
  slackMayApprove: ['list', 'read'],
  forbid: [{ service: 'billing', resource: 'payroll/**', actions: ['*'] }],
};

export const erin: Person = {
  id: id('usr', 1),
  tenant: null,
  email: 'erin@northwind.example',
  name: 'Erin',
  roles: ['engineer'],
  removedAt: null,
};
export const max: Person = {
  ...erin,
  id: id('usr', 2),
  email: 'max@northwind.example',
  roles: ['engineer', 'reviewer'],
};
export const ada: Person = {
  ...erin,
  id: id('usr', 3),
  tenant: 'acme',
  email: 'ada@acme.example',
  roles: ['approver', 'admin'],
};
export const bob: Person = { ...ada, id: id('usr', 4), email: 'bob@acme.example', roles: ['approver'] };

export const byApi = (person: Person): Principal => ({ person, channel: 'api', assurance: 'api-key' });

export function sampleTerms(change: Partial<Terms> = {}): Terms {
  return {
    v: 1,
    deployment: id('dep', 1),
    request: id('req', 1),
    basis: 'approval',
    tenant: 'acme',
    service: 'billing',
    routes: `sha256:${'0'.repeat(64)}`,
    scope: [{ resource: 'invoices/*', actions: ['read'] }],
    seconds: 3600,
    startsOn: 'approval',
    lapsesAt: '2026-11-25T03:00:00Z',
    requester: erin.id,
    justification: `c1:${'A'.repeat(43)}`,
    ...change,
  };
}

export function sampleRequest(change: Partial<AccessRequest> = {}): AccessRequest {
  const terms = sampleTerms();
  return {
    id: terms.request,
    tenant: terms.tenant,
    service: terms.service,
    requester: terms.requester,
    state: 'awaiting_vendor',
    version: 1,
    digest: `sha256:${'1'.repeat(64)}`,
    terms,
    needs: {
      vendor: { required: 1, approved: 0 },
      customer: {
        required: 1,
        approved: 0,
        countersignature: false,
        channels: ['web', 'api', 'slack'],
        reasons: [],
      },
      risk: { level: 'low', reasons: [] },
      impact: { level: 'low', reasons: [] },
    },
    reasonCode: null,
    asked: { channel: 'api', assurance: 'api-key' },
    createdAt: '2026-11-24T15:00:00Z',
    lapsesAt: terms.lapsesAt,
    endedAt: null,
    stage: null,
    reminders: 0,
    grant: null,
    waits: [],
    pause: null,
    notice: null,
    ...change,
  };
}

export function sampleGrant(change: Partial<Grant> = {}): Grant {
  return {
    id: id('grt', 1),
    request: id('req', 1),
    tenant: 'acme',
    service: 'billing',
    requester: erin.id,
    digest: `sha256:${'1'.repeat(64)}`,
    basis: 'approval',
    extends: null,
    state: 'active',
    version: 1,
    createdAt: '2026-11-24T15:00:00Z',
    startsAt: '2026-11-24T15:00:00Z',
    endsAt: '2026-11-24T16:00:00Z',
    useBy: null,
    warnedAt: null,
    endedAt: null,
    endReason: null,
    endedBy: null,
    used: { calls: 0, bytes: 0 },
    refused: 0,
    ...change,
  };
}

export function sampleContext(change: Partial<PolicyContext> = {}): PolicyContext {
  return {
    stage: 'request',
    now: new Date('2026-11-24T15:00:00Z'),
    requester: erin,
    policy: samplePolicy,
    tenant: {
      slug: 'acme',
      name: 'Acme',
      controls: sampleControls,
      oidc: null,
      slack: null,
      webhooks: [],
      removedAt: null,
    },
    service: {
      routes: `sha256:${'0'.repeat(64)}`,
      removedAt: null,
      definition: {
        name: 'billing',
        upstream: 'http://localhost:4200',
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
          {
            method: 'PATCH',
            path: '/tenants/{tenant}/invoices/{id}',
            resource: 'invoices/{id}',
            action: 'update',
          },
          { method: 'GET', path: '/tenants/{tenant}/payroll/{id}', resource: 'payroll/{id}', action: 'read' },
        ],
      },
    },
    reviewers: { vendor: 1, customer: 2 },
    openRequests: 0,
    locks: [],
    trust: UNCLAIMED,
    invitationMatch: NO_INVITATION,
    terms: null,
    ...change,
  };
}

export const readInvoices: ScopeEntry[] = [{ resource: 'invoices/*', actions: ['read'] }];

/** Invoices may be read from 15:00 until 18:00, an hour each time. */
export function sampleInvitation(change: Partial<InvitationStatement> = {}): Invitation {
  const statement: InvitationStatement = {
    type: 'countersign/invitation/v1',
    deployment: id('dep', 1),
    tenant: 'acme',
    invitation: id('inv', 1),
    service: 'billing',
    scope: readInvoices,
    maxSeconds: 3600,
    notBefore: '2026-11-24T15:00:00Z',
    notAfter: '2026-11-24T18:00:00Z',
    person: ada.id,
    log: { epoch: 1, size: 0, root: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' },
    ...change,
  };
  return {
    id: statement.invitation,
    tenant: 'acme',
    service: 'billing',
    person: ada.id,
    state: 'open',
    version: 1,
    statement,
    countersignature: null,
    hash: `sha256:${'3'.repeat(64)}`,
    used: 0,
    createdAt: '2026-11-24T15:00:00Z',
    endedAt: null,
  };
}
