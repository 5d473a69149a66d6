import { CALL_MODES } from '../route/call-mode.js';
import type { RequesterFacts } from '../terms/requester-facts.js';
import { events, SIDE, TENANT } from './declare.js';
import { flag, form, integer, list, members, nullable, oneOf, optional, text } from './shape.js';

const RUN_END = { boot: text, seq: integer, hash: text } as const;
const LANE = { number: integer, of: integer } as const;

/** The place of the leaf's record in the gateway's chain. Few records have `previous` and `lane`. */
const RECORD = {
  gateway: text,
  boot: text,
  gatewaySeq: integer,
  gatewayHash: text,
  record: text,
  previous: optional(nullable(members(RUN_END))),
  lane: optional(members({ ...LANE, beside: optional(list(members({ lane: integer, ...RUN_END }))) })),
} as const;

const CALL = {
  ...RECORD,
  grant: text,
  digest: text,
  request: text,
  requester: text,
  service: text,
  method: text,
  route: nullable(text),
  resource: nullable(text),
  action: nullable(text),
  mode: oneOf(CALL_MODES),
  trust: nullable(text),
  requesterFacts: optional(form<RequesterFacts>('facts about the requester')),
  droppedHeaders: optional(list(text)),
  context: optional(oneOf(['hmac', 'none'])),
  tenantFrom: optional(oneOf(['service'])),
  masked: optional(flag),
  file: optional(members({ from: text, host: text })),
  outcome: optional(text),
} as const;

const SIGNED = { ...RECORD, prev: nullable(text), signature: text } as const;

const PIN = nullable(
  members({
    pinned: text,
    atLeast: optional(list(text)),
    next: nullable(members({ pinned: text, atLeast: optional(list(text)), from: text })),
    alarm: optional(text),
  }),
);

const GATEWAY = ['gateway'] as const;
/** A gateway's chain of counters belongs to the deployment, all others to a tenant. */
const CHAIN_LOGS = ['tenant', 'deployment'] as const;

/** What gateways record, and what happens to gateways. */
export const CALL_EVENTS = events({
  'access.allowed': { log: TENANT, by: GATEWAY, data: CALL, commits: ['path'] },
  'access.counters': {
    log: ['deployment'],
    by: GATEWAY,
    data: {
      ...SIGNED,
      counts: list(members({ service: nullable(text), code: text, minute: text, count: integer })),
    },
  },
  'access.outcome': {
    log: TENANT,
    by: GATEWAY,
    data: {
      ...RECORD,
      grant: optional(text),
      requester: optional(text),
      status: nullable(integer),
      bytes: nullable(integer),
      bodySha256: nullable(text),
      sentSha256: optional(text),
      durationMs: nullable(integer),
      outcome: nullable(text),
      maskedFields: optional(integer),
      withheld: optional(text),
    },
  },
  'access.refused': {
    log: TENANT,
    by: GATEWAY,
    data: { ...CALL, code: nullable(text), count: integer },
    commits: ['path'],
  },
  'gateway.bypassed': {
    log: TENANT,
    by: ['person'],
    data: {
      report: text,
      service: text,
      from: text,
      to: text,
      passed: integer,
      refused: integer,
      calls: list(members({ kind: text, at: text, method: text, record: optional(text), refused: flag })),
    },
  },
  'gateway.closed': {
    log: CHAIN_LOGS,
    by: ['job'],
    data: {
      gateway: text,
      reason: oneOf(['silent', 'revoked']),
      lastSeenAt: nullable(text),
      boot: nullable(text),
      seq: nullable(integer),
      hash: nullable(text),
      head: nullable(
        members({ seq: integer, hash: text, at: text, signature: text, lane: optional(members(LANE)) }),
      ),
    },
  },
  'gateway.enrolled': {
    log: ['deployment'],
    by: ['host'],
    data: {
      gateway: text,
      serves: members({ services: nullable(integer), tenants: nullable(integer) }),
    },
    commits: ['name'],
  },
  'gateway.gap': {
    log: CHAIN_LOGS,
    by: GATEWAY,
    data: {
      gateway: text,
      boot: text,
      after: integer,
      at: integer,
      next: optional(text),
      lane: optional(integer),
    },
  },
  'gateway.head': { log: TENANT, by: GATEWAY, data: SIGNED },
  'gateway.mismatch': {
    log: CHAIN_LOGS,
    by: GATEWAY,
    data: {
      gateway: text,
      boot: text,
      reason: text,
      at: optional(integer),
      gatewayHash: optional(text),
      record: optional(text),
      claimed: optional(
        members({
          decision: oneOf(['allowed', 'refused']),
          grant: text,
          digest: text,
          request: text,
          service: text,
          person: text,
          at: text,
        }),
      ),
    },
  },
  'gateway.pinned': { log: TENANT, by: GATEWAY, data: { gateway: text, before: PIN, after: PIN } },
  'gateway.registered': { log: ['deployment'], by: GATEWAY, data: { gateway: text, publicKey: text } },
  'gateway.returned': {
    log: CHAIN_LOGS,
    by: GATEWAY,
    data: {
      gateway: text,
      closedAt: optional(nullable(text)),
      boot: optional(text),
      after: optional(integer),
    },
  },
  'gateway.revoked': { log: ['deployment'], by: ['host'], data: { gateway: text } },
  'gateway.unpinned': { log: TENANT, by: GATEWAY, data: { gateway: text, before: PIN, after: PIN } },
  'supervision.crossed': {
    log: TENANT,
    by: ['job'],
    data: {
      rule: text,
      side: SIDE,
      count: text,
      over: integer,
      within: integer,
      counted: integer,
      done: oneOf(['notified', 'paused', 'stopped']),
      record: optional(text),
      grant: text,
      request: text,
      requester: text,
      digest: text,
      service: text,
    },
  },
});
