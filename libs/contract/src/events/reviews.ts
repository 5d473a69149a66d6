import type { PracticeAsk, PracticeStatement } from '../statement/practice.js';
import { events, signature, TENANT } from './declare.js';
import { flag, form, integer, list, members, named, nullable, optional, text } from './shape.js';

const CREDENTIALS = members({
  apiKeys: members({ count: integer, oldest: nullable(text) }),
  sessions: members({ count: integer, oldest: nullable(text) }),
});

/** What is looked at regularly: access reviews, practices, standing access. */
export const REVIEW_EVENTS = events({
  'access-review.closed': {
    log: TENANT,
    by: ['job'],
    data: { review: text, quarter: text, counts: named(integer) },
  },
  'access-review.decided': {
    log: TENANT,
    by: ['person', 'job'],
    data: {
      review: text,
      kind: text,
      id: text,
      service: nullable(text),
      outcome: text,
      reason: optional(text),
    },
  },
  'access-review.opened': {
    log: TENANT,
    by: ['job'],
    data: {
      review: text,
      quarter: text,
      dueAt: text,
      missed: list(text),
      items: list(members({ kind: text, id: text, service: nullable(text) })),
      more: integer,
    },
  },
  'practice.answered': {
    log: TENANT,
    by: ['person'],
    data: {
      practice: text,
      expected: form<PracticeAsk>('made-up request'),
      asked: form<PracticeAsk>('made-up request'),
      decision: nullable(text),
      result: nullable(text),
      passkey: nullable(text),
      channel: nullable(text),
      seconds: integer,
      countersignature: optional(signature<PracticeStatement>()),
    },
  },
  'practice.closed': {
    log: TENANT,
    by: ['job'],
    data: { practice: text, counts: named(integer), unanswered: list(text), more: integer },
  },
  'practice.opened': {
    log: TENANT,
    by: ['person', 'job'],
    data: {
      practice: text,
      occasion: text,
      dueAt: text,
      missed: list(text),
      people: list(text),
      more: integer,
    },
  },
  'standing.stated': {
    log: TENANT,
    by: ['job'],
    data: {
      day: text,
      zero: flag,
      ways: list(
        members({ kind: text, id: text, owner: nullable(text), since: text, until: nullable(text) }),
      ),
      more: integer,
      credentials: members({ gateways: integer, vendor: CREDENTIALS, tenant: CREDENTIALS }),
      gateways: list(text),
      moreGateways: integer,
      coverage: nullable(
        members({
          'controlled-here': integer,
          'controlled-elsewhere': integer,
          open: integer,
          checkedOn: text,
        }),
      ),
    },
  },
});
