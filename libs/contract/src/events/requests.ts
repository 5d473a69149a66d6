import type { ApprovalStatement } from '../statement/approval.js';
import type { InvitationStatement } from '../statement/invitation.js';
import type { Terms } from '../terms/terms.js';
import { TERMS_COMMITMENTS } from '../terms/texts.js';
import { events, PROOF, REQUEST, SIDE, signature, TENANT } from './declare.js';
import { flag, form, integer, list, members, nullable, optional, text } from './shape.js';

const TERMS = form<Terms>('terms');
const COUNTED = { required: integer, approved: integer } as const;

const NEEDS = members({
  vendor: members(COUNTED),
  customer: members({
    ...COUNTED,
    countersignature: flag,
    channels: list(text),
    stages: optional(
      list(
        members({
          name: text,
          groups: list(text),
          ...COUNTED,
          escalate: nullable(members({ after: integer, to: list(text) })),
        }),
      ),
    ),
  }),
  risk: members({ level: text, reasons: list(text) }),
});

/** A request is in another state. `grant` is null unless it is approved, and absent if it ended without a decision. */
const MOVED = { ...REQUEST, grant: optional(nullable(text)) } as const;
const moved = {
  log: TENANT,
  by: ['person', 'job', 'host'],
  data: MOVED,
} as const;

/** A note: what it says is a commitment. */
const NOTE = {
  ...REQUEST,
  number: integer,
  to: optional(text),
  answers: optional(integer),
  lapsesAt: optional(text),
} as const;

const NOTIFIED = {
  ...REQUEST,
  notice: nullable(text),
  channels: list(text),
  delivered: integer,
  recipients: integer,
} as const;

const GRANT = { grant: text, request: text, requester: text } as const;
const INVITATION = { invitation: text, hash: text } as const;

/** Requests, their reviews and grants, invitations and emergencies. */
export const REQUEST_EVENTS = events({
  'browser.opened': { log: TENANT, by: ['person'], data: { ...GRANT, session: text, gateway: text } },
  'demand.notified': { log: TENANT, by: ['job'], data: NOTIFIED },
  'disclosure.acknowledged': { log: TENANT, by: ['person'], data: GRANT, commits: ['reason'] },
  'disclosure.disputed': { log: TENANT, by: ['person'], data: GRANT, commits: ['reason'] },
  'disclosure.given': {
    log: TENANT,
    by: ['person'],
    data: {
      ...GRANT,
      digest: text,
      reviewers: list(text),
      needed: flag,
      late: flag,
      calls: integer,
      bytes: integer,
      refused: integer,
    },
    commits: ['reason', 'prevention'],
  },
  'disclosure.late': { log: TENANT, by: ['job'], data: { ...GRANT, dueAt: text } },
  'emergency.notified': { log: TENANT, by: ['job'], data: NOTIFIED },
  'emergency.opened': {
    log: TENANT,
    by: ['job'],
    data: { ...GRANT, digest: text, reviewers: list(text), dueAt: text },
  },
  'grant.ended': {
    log: TENANT,
    by: ['person', 'job', 'host'],
    data: {
      ...GRANT,
      digest: text,
      reason: text,
      refusals: optional(list(members({ code: text, detail: text, pointer: text }))),
    },
    commits: ['words'],
  },
  'grant.scheduled': {
    log: TENANT,
    by: ['job'],
    data: {
      ...GRANT,
      digest: text,
      startsAt: nullable(text),
      endsAt: nullable(text),
      useBy: nullable(text),
    },
  },
  'grant.started': {
    log: TENANT,
    by: ['job'],
    data: { ...GRANT, digest: text, startsAt: text, endsAt: text },
  },
  'invitation.created': {
    log: TENANT,
    by: ['person'],
    data: {
      ...INVITATION,
      statement: form<InvitationStatement>('statement'),
      countersignature: optional(PROOF),
    },
    commits: ['ticket'],
  },
  'invitation.expired': {
    log: TENANT,
    by: ['job'],
    data: { ...INVITATION, used: integer },
    commits: ['reason'],
  },
  'invitation.used': {
    log: TENANT,
    by: ['job'],
    data: { ...INVITATION, ...REQUEST, used: integer, state: text },
  },
  'invitation.withdrawn': {
    log: TENANT,
    by: ['person', 'job', 'host'],
    data: { ...INVITATION, used: integer },
    commits: ['reason'],
  },
  'request.accepted': { log: TENANT, by: ['person'], data: { ...REQUEST, parent: text } },
  'request.answered': { log: TENANT, by: ['person'], data: NOTE, commits: ['answer'] },
  'request.approved': moved,
  'request.asked': { log: TENANT, by: ['person'], data: NOTE, commits: ['question'] },
  'request.awaiting_customer': moved,
  'request.awaiting_vendor': moved,
  'request.cancelled': moved,
  'request.countered': moved,
  'request.created': {
    log: TENANT,
    by: ['person'],
    data: {
      ...REQUEST,
      state: text,
      terms: TERMS,
      needs: NEEDS,
      demand: optional(text),
      reasonCode: optional(text),
    },
    commits: TERMS_COMMITMENTS,
  },
  'request.denied': moved,
  'request.expired': moved,
  'request.forwarded': { log: TENANT, by: ['person'], data: NOTE, commits: ['forward'] },
  'request.notifying': moved,
  'request.reviewed': {
    log: TENANT,
    by: ['person'],
    data: {
      review: text,
      ...REQUEST,
      side: SIDE,
      decision: text,
      channel: text,
      assurance: text,
      at: text,
      stage: optional(text),
      offer: nullable(members({ digest: text, terms: TERMS })),
      countersignature: nullable(signature<ApprovalStatement>()),
    },
    commits: ['reason'],
  },
  'request.stage-overdue': { log: TENANT, by: ['job'], data: { ...REQUEST, stage: text, to: list(text) } },
  'review.voided': { log: TENANT, by: ['person', 'job', 'host'], data: { review: text, ...REQUEST } },
  'token.minted': {
    log: TENANT,
    by: ['person'],
    data: { ...GRANT, digest: text, jti: text, expiresAt: text, country: optional(text) },
  },
});
