import { createHash } from 'node:crypto';
import type { ExportedValue } from '@countersign/access';
import { encodeLeaf, type LeafV1, leafHash } from '@countersign/audit-log';
import type { ExportedEvent } from '../../apps/broker/src/exports/formats/exported-event.js';

const hashing = { sha256: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest() };
const id = (prefix: string) => `${prefix}_0199f0a0-7b2c-7001-8000-000000000001`;

/** Ids as leaves name them. */
export const IDS = {
  request: id('req'),
  grant: id('grt'),
  person: id('usr'),
  gateway: id('gtw'),
  record: id('rec'),
  deployment: id('dep'),
} as const;

/** A leaf of the log `acme`, as an export hands it to a format. */
export function exportedEvent(
  leaf: Partial<LeafV1> = {},
  personal: Readonly<Record<string, ExportedValue>> = {},
): ExportedEvent {
  const whole: LeafV1 = {
    v: 1,
    type: 'request.created',
    at: '2026-11-24T10:00:00.250Z',
    tenant: 'acme',
    seq: 7,
    actor: IDS.person as LeafV1['actor'],
    data: {},
    commitments: {},
    ...leaf,
  };
  const bytes = encodeLeaf(whole);
  return {
    log: `countersign/${IDS.deployment}/acme`,
    index: whole.seq,
    hash: `sha256:${Buffer.from(leafHash(hashing, bytes)).toString('hex')}`,
    leaf: whole,
    text: Buffer.from(bytes).toString('utf8'),
    personal,
  };
}

const call = {
  action: 'read',
  boot: 'b',
  gateway: IDS.gateway,
  grant: IDS.grant,
  method: 'GET',
  record: IDS.record,
  request: IDS.request,
  requester: IDS.person,
  resource: 'invoices/7',
  service: 'billing',
};

/** A leaf of every kind that is mapped in a way of its own. */
export const EXAMPLES: Readonly<Record<string, ExportedEvent>> = {
  request: exportedEvent({
    type: 'request.created',
    data: {
      request: IDS.request,
      terms: { service: 'billing', scope: [{ resource: 'invoices/*', actions: ['read'] }] },
    },
  }),
  started: exportedEvent({
    type: 'grant.started',
    actor: 'job',
    data: { grant: IDS.grant, request: IDS.request, requester: IDS.person },
  }),
  scheduled: exportedEvent({
    type: 'grant.scheduled',
    actor: 'job',
    data: { grant: IDS.grant, request: IDS.request, requester: IDS.person },
  }),
  revoked: exportedEvent({
    type: 'grant.ended',
    data: { grant: IDS.grant, request: IDS.request, requester: IDS.person, reason: 'revoked' },
  }),
  minted: exportedEvent({
    type: 'token.minted',
    data: {
      grant: IDS.grant,
      request: IDS.request,
      requester: IDS.person,
      jti: 'j',
      expiresAt: '2026-11-24T10:05:00Z',
    },
  }),
  allowed: exportedEvent(
    { type: 'access.allowed', actor: IDS.gateway as LeafV1['actor'], data: call },
    { path: { value: '/tenants/acme/invoices/7?page=2', salt: 's' } },
  ),
  passedOn: exportedEvent({
    type: 'access.allowed',
    actor: IDS.gateway as LeafV1['actor'],
    data: { ...call, mode: 'authz', outcome: 'unknown' },
  }),
  refused: exportedEvent(
    {
      type: 'access.refused',
      actor: IDS.gateway as LeafV1['actor'],
      data: { ...call, code: 'locked', count: 3 },
    },
    { path: 'erased' },
  ),
  outcome: exportedEvent({
    type: 'access.outcome',
    actor: IDS.gateway as LeafV1['actor'],
    data: {
      gateway: IDS.gateway,
      record: IDS.record,
      status: 200,
      bytes: 12,
      durationMs: 5,
      outcome: 'completed',
    },
  }),
  joined: exportedEvent(
    { type: 'person.add', data: { person: IDS.person, before: null, after: ['approver'] } },
    { email: { value: 'ada@acme.example', salt: 's' }, name: 'erased' },
  ),
  left: exportedEvent({
    type: 'person.remove',
    data: { person: IDS.person, before: ['approver'], after: [] },
  }),
  gap: exportedEvent({
    type: 'gateway.gap',
    actor: IDS.gateway as LeafV1['actor'],
    data: { gateway: IDS.gateway, boot: 'b', after: 3, at: 5 },
  }),
  sealed: exportedEvent(
    { type: 'log.sealed', actor: 'job', data: { day: '2026-11-24' } },
    { seal: 'sealed' },
  ),
  host: exportedEvent({ type: 'scim-token.created', actor: 'host', data: { token: 't' } }),
};
