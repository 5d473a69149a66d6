import type {
  AccessRequest,
  ControlsWidening,
  Disclosure,
  EnrolledPasskey,
  ExportTarget,
  Grant,
  Invitation,
  Lease,
  Lock,
  Person,
  ProposalSignature,
  RecoveryKey,
  RelayedStop,
  Review,
  Stop,
  TrustProposal,
  TrustReset,
  TrustVersion,
} from '@countersign/access';
import { type AccessRecordView, NO_OUTCOME, type Terms, type TrustDocument } from '@countersign/contract';
import { uuidV7Ids } from '@countersign/persistence';

export const NOW = '2026-11-24T15:00:00Z';

let counter = 0;
/** A digest that nothing else has. */
export const freshDigest = (): string => `sha256:${(++counter).toString(16).padStart(64, '0')}`;

export function aPerson(change: Partial<Person> = {}): Person {
  const id = uuidV7Ids.next('usr');
  return {
    id,
    tenant: null,
    email: `${id.slice(4)}@northwind.example`,
    name: 'Erin Okafor',
    roles: ['engineer'],
    removedAt: null,
    ...change,
  };
}

export function aRequest(change: Partial<AccessRequest> = {}): AccessRequest {
  const id = change.id ?? uuidV7Ids.next('req');
  const tenant = change.tenant ?? 'acme';
  const requester = change.requester ?? uuidV7Ids.next('usr');
  const terms: Terms = {
    v: 1,
    deployment: uuidV7Ids.next('dep'),
    request: id,
    basis: 'approval',
    tenant,
    service: 'billing',
    routes: freshDigest(),
    scope: [{ resource: 'invoices', actions: ['list'] }],
    seconds: 3600,
    startsOn: 'approval',
    lapsesAt: '2026-11-25T03:00:00Z',
    requester,
    justification: `c1:${'A'.repeat(43)}`,
  };
  return {
    id,
    tenant,
    service: 'billing',
    requester,
    state: 'awaiting_customer',
    version: 1,
    digest: freshDigest(),
    terms,
    needs: {
      vendor: { required: 1, approved: 1 },
      customer: { required: 1, approved: 0, countersignature: false, channels: ['web', 'api'], reasons: [] },
      risk: { level: 'medium', reasons: [] },
      impact: { level: 'medium', reasons: [] },
    },
    reasonCode: null,
    asked: { channel: 'api', assurance: 'api-key' },
    createdAt: NOW,
    lapsesAt: '2026-11-25T03:00:00Z',
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

export function aGrant(request: AccessRequest, change: Partial<Grant> = {}): Grant {
  return {
    id: uuidV7Ids.next('grt'),
    request: request.id,
    tenant: request.tenant,
    service: request.service,
    requester: request.requester,
    digest: request.digest,
    basis: request.terms.basis,
    extends: null,
    state: 'active',
    version: 1,
    createdAt: NOW,
    startsAt: NOW,
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

export const aDisclosure = (grant: Grant): Disclosure => ({
  ...{ id: grant.id, request: grant.request, tenant: grant.tenant, service: grant.service },
  ...{ requester: grant.requester, reviewers: [], state: 'due', version: 1 },
  ...{ startedAt: NOW, dueAt: '2026-11-25T15:00:00Z', lateAt: null, content: null, answer: null },
});

export const aWidening = (tenant: string): ControlsWidening => {
  const before = { approvals: 1, maxDuration: 60, countersign: [], slackMayApprove: [], forbid: [] };
  return {
    ...{ id: uuidV7Ids.next('wdn'), tenant, person: null, state: 'waiting', version: 1, by: 'host' },
    ...{ before, after: { ...before, maxDuration: null }, waits: { delay: 60, secondAdmin: false } },
    ...{ proposal: null, admins: [], confirmation: null, createdAt: NOW, dueAt: NOW, endedAt: null },
  };
};

export function aReview(request: AccessRequest, change: Partial<Review> = {}): Review {
  return {
    id: uuidV7Ids.next('rev'),
    request: request.id,
    tenant: request.tenant,
    person: uuidV7Ids.next('usr'),
    side: 'customer',
    decision: 'approve',
    digest: request.digest,
    reason: null,
    channel: 'api',
    assurance: 'api-key',
    at: NOW,
    offer: null,
    countersignature: null,
    stage: null,
    voidedAt: null,
    ...change,
  };
}

export function aRecord(grant: Grant, change: Partial<AccessRecordView> = {}): AccessRecordView {
  return {
    id: uuidV7Ids.next('rec'),
    at: '2026-11-24T15:10:00.123Z',
    tenant: grant.tenant,
    grant: grant.id,
    digest: grant.digest,
    request: grant.request,
    service: grant.service,
    person: grant.requester,
    method: 'GET',
    path: '/tenants/acme/invoices',
    route: '/tenants/{tenant}/invoices',
    resource: 'invoices',
    action: 'list',
    decision: 'allowed',
    code: null,
    count: 1,
    mode: 'gateway',
    droppedHeaders: ['cookie', 'x-user-id'],
    context: 'hmac',
    tenantFrom: 'service',
    file: { from: uuidV7Ids.next('rec'), host: 'files.example:9000' },
    requesterFacts: { country: { value: 'DE', verified: true } },
    trust: null,
    ...NO_OUTCOME,
    gateway: uuidV7Ids.next('gtw'),
    boot: '0199f0a0-7b2c-4003-8000-000000000003',
    seq: 1,
    ...change,
  };
}

export function aLease(grant: Grant, change: Partial<Lease> = {}): Lease {
  return {
    tenant: grant.tenant,
    grant: grant.id,
    gateway: uuidV7Ids.next('gtw'),
    boot: '0199f0a0-7b2c-4003-8000-000000000003',
    turn: 1,
    held: { calls: 2, bytes: 0 },
    used: { calls: 0, bytes: 0 },
    ended: 0,
    lost: 0,
    closedAt: null,
    ...change,
  };
}

export function aLock(change: Partial<Lock> = {}): Lock {
  return {
    id: uuidV7Ids.next('lck'),
    kind: 'tenant',
    name: 'acme',
    tenant: 'acme',
    side: 'customer',
    reason: 'an audit',
    person: uuidV7Ids.next('usr'),
    rule: null,
    createdAt: NOW,
    expiresAt: null,
    liftedAt: null,
    ...change,
  };
}

export function anInvitation(change: Partial<Invitation> = {}): Invitation {
  const id = change.id ?? uuidV7Ids.next('inv');
  const person = change.person ?? uuidV7Ids.next('usr');
  const tenant = change.tenant ?? 'acme';
  return {
    id,
    tenant,
    service: 'billing',
    person,
    state: 'open',
    version: 1,
    statement: {
      type: 'countersign/invitation/v1',
      deployment: uuidV7Ids.next('dep'),
      tenant,
      invitation: id,
      service: 'billing',
      scope: [{ resource: 'invoices', actions: ['list'] }],
      maxSeconds: 3600,
      notBefore: NOW,
      notAfter: '2026-11-27T17:00:00Z',
      person,
      log: { epoch: 1, size: 0, root: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' },
    },
    hash: freshDigest(),
    countersignature: null,
    used: 0,
    createdAt: NOW,
    endedAt: null,
    ...change,
  };
}

/** Base64url of 32 bytes that nothing else has. */
const freshKey = (): string => Buffer.from(freshDigest().slice(7), 'hex').toString('base64url');

export function aPasskey(person: Person, change: Partial<EnrolledPasskey> = {}): EnrolledPasskey {
  return {
    id: freshKey(),
    tenant: person.tenant ?? '',
    person: person.id,
    name: 'Ada’s laptop',
    jwk: { kty: 'EC', crv: 'P-256', x: freshKey(), y: freshKey() },
    clientDataJson: 'e30',
    attestationObject: 'oA',
    rpId: 'localhost',
    activeFrom: '2026-11-24T15:00:00.000Z',
    confirmedBy: null,
    consent: null,
    createdAt: '2026-11-24T15:00:00.000Z',
    removedAt: null,
    ...change,
  };
}

export function aRecoveryKey(person: Person): RecoveryKey {
  const jwk = { kty: 'OKP' as const, crv: 'Ed25519' as const, x: freshKey() };
  const createdAt = '2026-11-24T15:00:00.000Z';
  return { id: freshKey(), tenant: person.tenant ?? '', person: person.id, jwk, createdAt, removedAt: null };
}

export function aTrustDocument(person: Person, change: Partial<TrustDocument> = {}): TrustDocument {
  const { id, jwk } = aPasskey(person);
  return {
    type: 'countersign/trust/v1',
    deployment: uuidV7Ids.next('dep'),
    tenant: person.tenant ?? '',
    seq: 1,
    validUntil: '2027-05-01T00:00:00Z',
    rpId: 'localhost',
    origins: ['http://localhost:4000'],
    people: [{ person: person.id, passkeys: [{ id, jwk }] }],
    threshold: 1,
    approvals: 1,
    countersign: { exceptActions: [] },
    forbid: [],
    bases: [],
    ...change,
  };
}

export const aTrustVersion = (person: Person, change: Partial<TrustVersion> = {}): TrustVersion => ({
  tenant: person.tenant ?? '',
  chain: 1,
  hash: freshDigest(),
  document: aTrustDocument(person),
  signatures: [],
  adoptedAt: '2026-11-24T15:00:00.000Z',
  ...change,
});

export const aProposal = (person: Person, change: Partial<TrustProposal> = {}): TrustProposal => ({
  id: uuidV7Ids.next('prp'),
  tenant: person.tenant ?? '',
  state: 'open',
  version: 1,
  document: aTrustDocument(person),
  hash: freshDigest(),
  by: person.id,
  controls: null,
  createdAt: '2026-11-24T15:00:00.000Z',
  endedAt: null,
  ...change,
});

export const aReset = (person: Person, change: Partial<TrustReset> = {}): TrustReset => ({
  id: uuidV7Ids.next('rst'),
  tenant: person.tenant ?? '',
  state: 'open',
  reason: 'every key was lost in a fire',
  createdAt: '2026-11-24T15:00:00.000Z',
  endedAt: null,
  endedBy: null,
  ...change,
});

export function aSignature(proposal: TrustProposal): ProposalSignature {
  const { id, tenant, document, by } = proposal;
  const assertion = { authenticatorData: 'AA', clientDataJSON: 'e30', signature: freshKey() };
  return {
    proposal: id,
    tenant,
    person: by,
    signature: { statement: document, credential: freshKey(), ...assertion },
    at: '2026-11-24T15:00:00.000Z',
  };
}

/** A stop that was signed with something. */
export function aStop(person: Person, change: Partial<Stop> = {}): Stop {
  const tenant = person.tenant ?? '';
  const statement = { ...aStopStatement(person), type: 'countersign/stop/v1' as const };
  const signature = { ...aSignature(aProposal(person)).signature, statement };
  const unlifted = { lift: null, liftedBy: null, liftedAt: null };
  const at = '2026-11-24T15:00:00.000Z';
  return {
    hash: freshDigest(),
    tenant,
    person: person.id,
    digest: null,
    signature,
    at,
    ...unlifted,
    ...change,
  };
}

export function aRelayedStop(person: Person, change: Partial<RelayedStop> = {}): RelayedStop {
  const { hash: id, tenant, signature, at } = aStop(person);
  return { id, tenant, gateway: uuidV7Ids.next('gtw'), signature, at, ...change };
}

const aStopStatement = (person: Person) => ({
  deployment: uuidV7Ids.next('dep'),
  tenant: person.tenant ?? '',
  person: person.id,
  nonce: freshKey(),
  notBefore: NOW,
  notAfter: '2026-11-24T15:05:00Z',
  trust: freshDigest(),
  log: { epoch: 1, size: 0, root: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' },
});

/** A stream of a tenant's own log. */
export const anExportTarget = (tenant: string, change: Partial<ExportTarget> = {}): ExportTarget => ({
  ...{ id: uuidV7Ids.next('xpt'), tenant, log: tenant, kind: 'jsonl', name: 'SIEM' },
  ...{ address: 'https://siem.example/', content: 'leaf', splunkIndex: null, ca: null, next: 0 },
  ...{ claims: 0, failures: 0, nextAt: NOW, sentAt: null, lastError: null, failedAt: null },
  ...{ createdAt: NOW, createdBy: 'usr_1' },
  ...change,
});
