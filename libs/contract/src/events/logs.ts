import { events, SIDE, TENANT } from './declare.js';
import { flag, form, integer, list, members, named, nullable, optional, text } from './shape.js';

const ANY_LOG = ['tenant', 'deployment', 'vendor'] as const;
const POINT = { origin: text, size: integer, root: text } as const;

const SETTINGS = members({
  erasureAfterDays: integer,
  retentionDays: nullable(integer),
  dailyStatement: text,
});

const signingKey = {
  log: ['deployment'],
  by: ['host'],
  data: { kid: text, use: text, publicJwk: form<object>('public key (JWK)') },
} as const;

/** The logs themselves, the broker's keys, and what is sent out of a log. */
export const LOG_EVENTS = events({
  'deployment.checkpoint': { log: TENANT, by: ['job'], data: POINT },
  'export.ended': {
    log: ['tenant', 'vendor'],
    by: ['person'],
    data: { target: text, log: text, kind: text, next: integer },
  },
  'export.started': {
    log: ['tenant', 'vendor'],
    by: ['person'],
    data: { target: text, log: text, kind: text, content: text, from: integer },
    commits: ['address'],
  },
  'feed.epoch-opened': {
    log: ['deployment'],
    by: ['host'],
    data: { epoch: integer, after: members({ epoch: integer, seq: integer }) },
  },
  'hold.lifted': { log: TENANT, by: ['person'], data: { side: SIDE } },
  'hold.set': { log: TENANT, by: ['person'], data: { side: SIDE }, commits: ['reason'] },
  'isolation.tested': {
    log: ['tenant', 'vendor'],
    by: ['job'],
    data: {
      day: text,
      passed: flag,
      attempts: named(integer),
      leaks: integer,
      problem: optional(nullable(text)),
      where: optional(list(members({ surface: text, where: text }))),
    },
  },
  'log.key': {
    log: ANY_LOG,
    by: ['job', 'host'],
    data: { kid: text, activeFrom: text, vkey: text, replaces: text, signature: text },
  },
  'log.pruned': { log: TENANT, by: ['job'], data: { before: integer } },
  'log.restored': {
    log: ANY_LOG,
    by: ['host'],
    data: { epoch: integer, previous: members(POINT), kept: integer, lost: integer },
  },
  'log.sealed': { log: TENANT, by: ['job'], data: { day: text }, commits: ['seal'] },
  'log.settings': { log: TENANT, by: ['person'], data: { before: SETTINGS, after: SETTINGS } },
  'log.unsealed': {
    log: TENANT,
    by: ['job'],
    data: {
      leaf: integer,
      day: text,
      sealed: optional(
        members({
          from: integer,
          leaves: list(text),
          closed: list(members({ leaves: list(integer), until: nullable(text), by: list(text) })),
        }),
      ),
    },
  },
  'master-key.rotated': {
    log: ['deployment'],
    by: ['host'],
    data: { from: text, to: text, secrets: integer },
  },
  'notice.retried': { log: ['deployment'], by: ['person'], data: { notice: text, deliveries: integer } },
  'opening.erased': {
    log: TENANT,
    by: ['person'],
    data: { leaf: integer, fields: list(text), authority: text },
  },
  'report.published': { log: ['deployment'], by: ['job'], data: { period: text, note: text } },
  'signing-key.created': signingKey,
  'signing-key.revoked': signingKey,
  'signing-key.rotated': signingKey,
});
