import type { AccessRequest, AccessRequestDetail } from '@countersign/api';
import { parseDuration } from '@countersign/contract';
import {
  type CodedReason,
  FACES,
  howApprovedText,
  isStatedText,
  MEMBER_LABELS,
  needReasonText,
  requesterFactLines,
  type StatedText,
  stagesText,
} from '@countersign/wording';
import type { Api } from '../api/client.js';
import { fetchNamesIfPossible, formatPerson } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { describeAccess } from '../grants/access-text.js';
import { type Fact, formatFacts, formatTable, optionalFact } from '../terminal/text.js';
import { formatInstant, formatSeconds } from '../terminal/time.js';

/** A request as lists and decisions answer it, or with what only its own page adds. */
export type ShownRequest = AccessRequest &
  Partial<
    Pick<AccessRequestDetail, 'earlierDenials' | 'outdated' | 'notes' | 'stages' | 'usually' | 'forwardTo'>
  >;

const OPEN_STATES: Record<string, string> = {
  awaiting_vendor: "waits for the vendor's reviewer",
  awaiting_customer: "waits for the customer's approver",
  notifying: 'an emergency that begins once the customer has been notified',
  countered: 'waits for the requester: the customer offers less instead',
};

/** Whether a decision is still missing. */
export const isUndecided = ({ state }: AccessRequest): boolean =>
  state.startsWith('awaiting_') || state === 'countered' || state === 'notifying';

/** The state as it follows "it": `waits for the vendor's reviewer`. A decided state is its own word. */
export const describeState = (state: string): string => OPEN_STATES[state] ?? state;

/** `list, read on invoices/*`, one line an entry. */
export const formatScope = (scope: AccessRequest['scope']): string[] =>
  scope.map(({ resource, actions }) => `${actions.join(', ')} on ${resource}`);

/** A duration of the API in words; text that is not a duration stays as it is. */
export function formatDuration(duration: string): string {
  const seconds = parseDuration(duration);
  return seconds === undefined ? duration : formatSeconds(seconds);
}

/** Everyone whom a request names. */
export const peopleIn = (request: ShownRequest): string[] => [
  request.requester,
  ...request.reviews.map((review) => review.person),
  ...(request.accessReason?.by == null ? [] : [request.accessReason.by]),
  ...(request.offer === null ? [] : [request.offer.person]),
  ...(request.notes ?? []).flatMap(({ person, to }) => (to === null ? [person] : [person, to])),
  ...(request.forwardTo ?? []),
];

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** A request as an approver reads it before deciding: who, what, how long, why, how risky, and what is missing. */
export const formatRequest = (request: ShownRequest, now: Date, names = NO_NAMES): string =>
  formatFacts([
    ['request', request.id],
    ['state', describeState(request.state)],
    ...optionalFact('outdated', request.outdated),
    [
      'who',
      [formatPerson(request.requester, names), ...requesterFactLines(request.terms.requesterFacts, 'en')],
    ],
    ['what', [`${request.service} of ${request.tenant}`, ...formatScope(request.scope)]],
    ...FACES.show.flatMap((member) => memberFacts(member, request)),
    ...optionalFact('invited by', request.invitation),
    ...needsFacts(request),
    ['reviews', reviewLines(request, names)],
    ...noteFacts(request, names),
    ...waitingFacts(request, now),
    ...earlierDenialFacts(request),
    ...(request.offer === null ? [] : [['offered', offerLines(request.offer, names)] as const]),
    ...(isUndecided(request) ? [['lapses', formatInstant(request.lapsesAt, now)] as const] : []),
    ...(request.state === 'expired'
      ? [['lapsed', [formatInstant(request.lapsesAt, now), 'No one decided in time.']] satisfies Fact]
      : []),
    ...optionalFact('grant', request.grant),
    ...optionalFact('access', describeAccess(request, now, names)),
    ['digest', request.digest],
  ]);

/** The risk, and how the customer approves, each with its reasons. An outdated request can no longer be approved in any way. */
function needsFacts({ needs: { impact, customer }, outdated }: ShownRequest): Fact[] {
  const why = (reasons: readonly CodedReason[]) =>
    reasons.map((reason) => needReasonText(reason, 'vendor', 'en'));
  return [
    ['risk', [impact.level, ...why(impact.reasons)]],
    ...(outdated == null
      ? [['approval', [howApprovedText(customer, 'en'), ...why(customer.reasons)]] satisfies Fact]
      : []),
  ];
}

function reviewLines({ needs, reviews }: AccessRequest, names: ReadonlyMap<string, string>): string[] {
  const { vendor, customer } = needs;
  return [
    `vendor ${vendor.approved} of ${vendor.required}, customer ${customer.approved} of ${customer.required}`,
    ...((customer.stages ?? []).length === 0
      ? []
      : [`customer in this order: ${stagesText(customer.stages ?? [], 'en')}`]),
    ...reviews.map(
      ({ side, person, decision, reason, at }) =>
        `${at} ${side} ${formatPerson(person, names)}: ${decision}${reason === null ? '' : ` (${reason})`}`,
    ),
  ];
}

type ShownMember = (typeof FACES.show)[number];

/** The facts about these members. A stated text is a fact by itself. */
const FACTS: Readonly<Record<Exclude<ShownMember, StatedText>, (request: ShownRequest) => Fact[]>> = {
  seconds: ({ duration }) => [['how long', formatDuration(duration)]],
  unmasked: ({ terms }) => optionalFact('hidden fields', terms.unmasked === true ? 'shown in full' : null),
  times: ({ terms: { startsAt, startsOn, useBy, extends: extended } }) => [
    ...optionalFact('starts', startsAt === undefined ? null : `not before ${startsAt}`),
    ...optionalFact('extends', extended === undefined ? null : `the access with digest ${extended}`),
    ...optionalFact('starts', startsOn === 'first-use' ? 'with the first token' : null),
    ...optionalFact('use by', useBy),
  ],
  budget: ({ terms: { budget } }) => [
    ...optionalFact('at most', budget?.calls === undefined ? null : `${budget.calls} calls`),
    ...optionalFact('at most', budget?.bytes === undefined ? null : `${budget.bytes} bytes`),
  ],
  justification: ({ justification }) => [['why', justification ?? '(erased)']],
};

function memberFacts(member: ShownMember, request: ShownRequest): Fact[] {
  if (!isStatedText(member)) return FACTS[member](request);
  const name = member === 'reasonCode' ? 'reason code' : MEMBER_LABELS.en[member].toLowerCase();
  return optionalFact(name, request[member]);
}

/** What was said, and to whom the reader may forward it. */
const noteFacts = (
  { notes = [], forwardTo = [] }: ShownRequest,
  names: ReadonlyMap<string, string>,
): Fact[] => [
  ...(notes.length === 0
    ? []
    : [
        [
          'said',
          notes.map(
            ({ at, kind, person, to, text }) =>
              `${at} ${kind} by ${formatPerson(person, names)}${to === null ? '' : ` to ${formatPerson(to, names)}`}: ${text ?? '(erased)'}`,
          ),
        ] satisfies Fact,
      ]),
  ...(forwardTo.length === 0
    ? []
    : [['forward to', forwardTo.map((id) => formatPerson(id, names))] satisfies Fact]),
];

/** Whom it waits for, how long it waited for whom, and how long the customer usually takes. */
function waitingFacts({ waiting = null, stages = [], usually = null }: ShownRequest, now: Date): Fact[] {
  const lines = stages.map(
    ({ for: whom, stage, since, until }) =>
      `${whom}${stageText(stage)}: ${formatSeconds(Math.round((Date.parse(until ?? now.toISOString()) - Date.parse(since)) / 1_000))}`,
  );
  return [
    ...optionalFact('waits for', waiting === null ? null : formatWait(waiting)),
    ...(lines.length === 0 ? [] : [['waited for', lines] satisfies Fact]),
    ...optionalFact('usually', usually === null ? null : `${formatSeconds(Math.round(usually))} to decide`),
  ];
}

/** Whom a request waits for, and since when. */
export const formatWait = ({ for: whom, stage, since }: NonNullable<AccessRequest['waiting']>): string =>
  `${whom}${stageText(stage)}, since ${since}`;

const stageText = (stage: string | undefined): string => (stage === undefined ? '' : ` (stage “${stage}”)`);

function earlierDenialFacts({ earlierDenials = [] }: ShownRequest): Fact[] {
  const lines = earlierDenials.map(
    ({ request, deniedAt, reason }) => `${deniedAt} ${request}: ${reason ?? ''}`,
  );
  return lines.length === 0 ? [] : [['denied before', lines]];
}

/** The scope, and whether the access shows the fields that the service hides. */
export const formatAccess = ({
  scope,
  unmasked,
}: Pick<AccessRequest['terms'], 'scope' | 'unmasked'>): string[] => [
  ...formatScope(scope),
  ...(unmasked === true ? ['hidden fields shown in full'] : []),
];

type Offer = NonNullable<AccessRequest['offer']>;

const offerLines = ({ terms, person, digest }: Offer, names: ReadonlyMap<string, string>): string[] => [
  ...formatAccess(terms),
  `for ${formatSeconds(terms.seconds)}`,
  ...(terms.startsAt === undefined ? [] : [`not before ${terms.startsAt}`]),
  `by ${formatPerson(person, names)}`,
  digest,
];

/** A counter-offer as the requester reads it before accepting. */
export const formatOffer = (offer: Offer, names: ReadonlyMap<string, string>): string =>
  formatFacts([['offered', offerLines(offer, names)]]);

export function formatRequests(requests: readonly AccessRequest[]): string {
  if (requests.length === 0) return 'No requests.';
  return formatTable(
    ['ID', 'STATE', 'TENANT', 'SERVICE', 'SCOPE', 'LAPSES'],
    requests.map((request) => [
      request.id,
      request.state,
      request.tenant,
      request.service,
      formatAccess(request.terms).join('; '),
      request.lapsesAt,
    ]),
  );
}

/**
 * A request as it is after the command has changed it, with the names of its people. The change is done: if the names cannot
 * be read, the text shows ids.
 */
export async function requestAnswer(context: Context, api: Api, request: AccessRequest): Promise<Answer> {
  const names = await fetchNamesIfPossible(context, api, peopleIn(request));
  return { document: request, text: formatRequest(request, new Date(), names) };
}
