import {
  ASSURANCES,
  BASES,
  CHANNELS,
  changeSchema,
  isId,
  isWellFormed,
  REQUEST_NOTE_KINDS,
  REQUEST_STATES,
  REVIEW_DECISIONS,
  RISK_LEVELS,
  SIDES,
  STARTS_ON,
  type StatedTerms,
  signatureSchema,
  type TermsText,
  termsSchema,
  WAITS_FOR,
} from '@countersign/contract';
import { APPROVAL_CODES, IMPACT_CODES, NEED_CHANGE_CODES } from '@countersign/wording';
import { z } from 'zod';
import { named, type ShapeWith } from './components.js';
import {
  accessMembers,
  budgetInput,
  digestText,
  durationText,
  erasedAnswer,
  freeText,
  idText,
  instant,
  instantText,
  openingAnswer,
  scopeAnswer,
  scopeInput,
  sealedLog,
  ticketText,
} from './members.js';
import { personSchema } from './people.js';

/** Whom a request waits for, and since when. */
export const waitSchema = z.object({
  for: z.enum(WAITS_FOR),
  since: instant(),
  stage: z.string().exactOptional().describe('The customer’s stage, if its rules name stages.'),
});

/** A question to the requester, its answer, or a forward to a colleague. */
export const requestNoteSchema = named(
  'RequestNote',
  'A question, an answer or a forwarding in the thread of a request.',
  z.object({
    number: z.int(),
    kind: z.enum(REQUEST_NOTE_KINDS),
    person: idText('usr', 'Who wrote it.'),
    to: idText('usr', 'The colleague who is asked to decide, for a forward.').nullable(),
    text: z.string().nullable().describe('Null once it has been erased, or for a forward without words.'),
    at: instant(),
  }),
);
export type RequestNote = z.infer<typeof requestNoteSchema>;
const reasonCodeText = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'A word such as support-case');

/** A text that people read beside a change. A longer body is not shown; reviewers see its hash. */
export const MAX_SHOWN_BODY = 16_384;
const bodyText = z
  .string()
  .max(MAX_SHOWN_BODY, `At most ${MAX_SHOWN_BODY} characters`)
  .refine((text) => isWellFormed(text) && !text.includes('\0'), 'Well-formed Unicode without NUL');

/** What reviewers of an exact change are shown. The terms commit to each text. */
const shownChange = z.strictObject({
  body: bodyText.describe('The body of the change, as it will be sent: its SHA-256 is `change.bodySha256`.'),
  before: z
    .strictObject({
      body: bodyText.describe('What a read of the same path returned, says the requester.'),
      at: instantText.describe('When it was read.'),
      record: z
        .string()
        .refine((text) => isId('rec', text), 'A rec_ id')
        .exactOptional()
        .describe('The access record of that read.'),
    })
    .exactOptional()
    .describe(
      'The requester’s statement. The gateway’s record of the read has its size, and its hash if the route is a download.',
    ),
  follows: z
    .string()
    .refine((text) => isId('req', text), 'A req_ id')
    .exactOptional()
    .describe('The requester’s own request beside whose grant the change is proposed.'),
});

/**
 * What an engineer requests. Only the shape is checked here. The evaluator checks whether tenant, service and scope
 * exist and whether the justification is good enough, and reports every refusal at once.
 */
export const askSchema = named(
  'Ask',
  'What is requested: of whom, which service, what, for how long, and why.',
  z.strictObject({
    tenant: z.string().min(1).max(256).describe('The tenant’s slug.'),
    service: z.string().min(1).max(256),
    scope: scopeInput,
    duration: durationText.describe('ISO 8601: days, hours, minutes, whole seconds.'),
    justification: freeText
      .exactOptional()
      .describe('A sentence that the customer will read. A blank one is refused.'),
    ticket: ticketText.exactOptional(),
    reasonCode: reasonCodeText
      .exactOptional()
      .describe(
        'What kind of reason: support-case, incident, maintenance, migration, security, legal, or one that the vendor has added. Some customers require one.',
      ),
    startsAt: instantText.exactOptional().describe('Not before this instant, at most 7 days ahead.'),
    startsOn: z
      .enum(STARTS_ON)
      .exactOptional()
      .describe('`first-use`: the first token starts the grant. Needs `useBy`, excludes `startsAt`.'),
    useBy: instantText
      .exactOptional()
      .describe('The request or unused grant ends at this instant. At most 7 days ahead.'),
    budget: budgetInput
      .exactOptional()
      .describe('The most that may be used: calls, bytes of response bodies.'),
    change: changeSchema
      .exactOptional()
      .describe(
        'The one call that is requested: method, path with query, body, and the `Content-Type` and `Content-Encoding` that it is sent with (absent: it has none). Requires `budget.calls` = 1.',
      ),
    shown: shownChange
      .exactOptional()
      .describe('What reviewers of the change are shown besides its hash. Requires `change`.'),
    unmasked: z
      .literal(true)
      .exactOptional()
      .describe(
        'Answers show the fields that routes mask. The customer decides it by an approval of its own; no invitation and no other basis covers it. Absent: they stay hidden.',
      ),
    basis: z
      .enum(BASES, 'This value is not supported here')
      .exactOptional()
      .describe(
        'On which ground. `invitation`: refused with every reason if no invitation fits. `emergency`: two of the vendor’s reviewers decide, and access starts once the customer has been notified; only what its controls list. `legal`: for an authority, by the vendor’s legal counsel alone; two others of it decide, and access starts once the customer has been notified. Absent: an invitation if one fits, else approval.',
      ),
    demand: z
      .string()
      .refine((text) => isId('dem', text), 'A dem_ id')
      .exactOptional()
      .describe('The government demand that access on the basis `legal` answers.'),
  } satisfies ShapeWith<Exclude<keyof StatedTerms, 'seconds'>>),
);
export type Ask = z.infer<typeof askSchema>;

/** Which reviews a request needs, and how many it has. */
export const needsSchema = named(
  'Needs',
  'Which approvals a request still needs, and how each may be given.',
  z.object({
    vendor: z.object({ required: z.int(), approved: z.int() }),
    customer: z.object({
      required: z.int(),
      approved: z.int(),
      countersignature: z.boolean(),
      channels: z.array(z.enum(CHANNELS)),
      stages: z
        .array(
          z.object({
            name: z.string(),
            groups: z.array(z.string()).describe('Whose approvers decide; empty: every approver.'),
            required: z.int(),
            approved: z.int(),
            escalate: z
              .object({ after: z.string().describe('ISO 8601.'), to: z.array(z.string()) })
              .nullable()
              .describe('Who may decide too once the stage has waited so long.'),
          }),
        )
        .exactOptional()
        .describe('The order in which the customer approves. Absent: every approver may decide at any time.'),
      reasons: z
        .array(z.object({ code: z.enum(APPROVAL_CODES), actions: z.array(z.string()) }))
        .describe('Why it is approved in this way.'),
    }),
    risk: z
      .object({ level: z.enum(RISK_LEVELS), reasons: z.array(z.string()) })
      .describe('How strictly it is approved: the level decides the channels. Its reasons are in English.'),
    impact: z
      .object({
        level: z.enum(RISK_LEVELS),
        reasons: z.array(z.object({ code: z.enum(IMPACT_CODES), actions: z.array(z.string()) })),
      })
      .describe(
        'How much harm it could do, rated by the data and actions that it covers. Who approves it plays no part. Pages and messages call it the risk.',
      ),
  }),
);
export type Needs = z.infer<typeof needsSchema>;

export const reviewSchema = named(
  'Review',
  'What one approver has decided.',
  z.object({
    id: idText('rev', 'The review.'),
    person: idText('usr', 'Who decided.'),
    side: z.enum(SIDES),
    decision: z.enum(REVIEW_DECISIONS),
    digest: digestText(),
    reason: z.string().nullable(),
    channel: z.enum(CHANNELS),
    stage: z
      .string()
      .exactOptional()
      .describe('The stage of the customer’s approvals in which it counts; absent if the request has none.'),
    assurance: z
      .enum(ASSURANCES)
      .describe('`passkey`: countersigned. Any other value is on the vendor’s word.'),
    at: instant(),
  }),
);
export type Review = z.infer<typeof reviewSchema>;

/** The answer to a call that changes the request does not have it. */
const outdatedText = () =>
  z
    .string()
    .nullable()
    .describe(
      'Why this open request cannot be approved: the rules have changed since (ask again), or access is stopped or locked (it can be approved again once that is lifted). Null while it can. To a requester who was offered less it says why the offer can no longer be accepted.',
    );

export const accessRequestSchema = named(
  'AccessRequest',
  'A request with its state.',
  z.object({
    id: idText('req', 'The request.'),
    tenant: z.string(),
    sealedLog: sealedLog.exactOptional(),
    service: z.string(),
    requester: idText('usr', 'Who requests access.'),
    scope: scopeAnswer(),
    duration: z.string(),
    justification: z.string().nullable().describe('Null once it has been erased.'),
    ticket: z.string().nullable(),
    reasonCode: z
      .string()
      .exactOptional()
      .describe('What kind of reason the requester states; absent: none.'),
    state: z.enum(REQUEST_STATES),
    digest: digestText(),
    terms: termsSchema,
    openings: z.record(z.string(), openingAnswer()).describe('What opens the commitments in the terms.'),
    erased: z
      .record(z.string(), erasedAnswer())
      .describe('Which of its texts were erased, by whom and when.'),
    needs: needsSchema,
    asked: z
      .object({ channel: z.enum(CHANNELS), assurance: z.enum(ASSURANCES) })
      .nullable()
      .describe('The channel it came by and how its requester was signed in; null if that was not recorded.'),
    lapsesAt: instant().describe(
      'An undecided request expires at the earliest of creation + `requestTtl`, `useBy`, `startsAt` + `duration`, and, if it uses an invitation and starts on approval, the invitation’s `until` − `duration`.',
    ),
    createdAt: instant(),
    reviews: z.array(reviewSchema),
    offer: z
      .object({
        digest: digestText(),
        terms: termsSchema,
        review: idText('rev', 'The review that made it.'),
        person: idText('usr', 'Who offers it.'),
      })
      .nullable()
      .describe('What the customer offers instead, while the request is `countered`.'),
    grant: idText('grt', 'The grant that full approval created.').nullable(),
    invitation: idText('inv', 'The invitation that it uses.').nullable(),
    access: accessMembers()
      .access.nullable()
      .exactOptional()
      .describe('Whether calls pass under its grant now; null without one, absent in answers to a change.'),
    accessReason: accessMembers().accessReason.exactOptional(),
    waiting: waitSchema
      .nullable()
      .exactOptional()
      .describe('Who has to act next, and since when. `notice`: no one; the customer is being notified.'),
    outdated: outdatedText().exactOptional(),
    outdatedBy: z
      .array(
        z.object({
          code: z.enum(NEED_CHANGE_CODES),
          from: z.int().nullable(),
          to: z.int().nullable(),
          channels: z.array(z.enum(CHANNELS)).describe('The channels that are lost.'),
        }),
      )
      .exactOptional()
      .describe('What it needs now and did not need before. Empty if it would be refused altogether.'),
  } satisfies ShapeWith<TermsText>),
);
export type AccessRequest = z.infer<typeof accessRequestSchema>;

/** One request, with what its reviewers should know about it. */
export const accessRequestDetailSchema = named(
  'AccessRequestDetail',
  'A request with its terms, its reviews and its thread.',
  accessRequestSchema.extend({
    earlierDenials: z
      .array(
        z.object({
          request: idText('req', 'The request that was denied.'),
          requester: idText('usr', 'Who requested it.'),
          deniedAt: instant(),
          reason: z.string().nullable(),
        }),
      )
      .describe('For reviewers: denied requests of overlapping scope, newest first, at most 10.'),
    outdated: outdatedText(),
    notes: z
      .array(requestNoteSchema)
      .exactOptional()
      .describe('Questions, answers and forwards, in their order.'),
    stages: z
      .array(waitSchema.extend({ until: instant().nullable() }))
      .exactOptional()
      .describe('How long it waited for whom, oldest first.'),
    usually: z
      .number()
      .nullable()
      .exactOptional()
      .describe('In how many seconds the customer usually decides; null if too few decisions tell.'),
    forwardTo: z
      .array(idText('usr', 'A colleague who may decide it.'))
      .exactOptional()
      .describe('To whom the caller may forward it; empty if the caller may not decide it now.'),
    people: z
      .array(personSchema)
      .exactOptional()
      .describe('The people that the request names, with what the caller may know of them.'),
    proposed: z
      .array(z.object({ id: idText('req', 'The request.'), state: z.enum(REQUEST_STATES) }))
      .exactOptional()
      .describe('The exact changes that its requester has proposed beside it, newest first.'),
    beforeRecord: z
      .object({
        at: instant(),
        isSame: z
          .boolean()
          .describe(
            'Whether the record is a completed GET of the path of the change by the requester, of as many bytes, and of the same hash if it has one.',
          ),
        byHash: z
          .boolean()
          .describe('Whether the record has the hash of what was sent. Only downloads have.'),
      })
      .nullable()
      .exactOptional()
      .describe('The record that the requester names for what was there before; null if there is none such.'),
    countersignatures: z
      .array(signatureSchema)
      .describe('The signatures of its reviews; these reviews have the assurance `passkey`.'),
  }),
);
export type AccessRequestDetail = z.infer<typeof accessRequestDetailSchema>;
