import { parseDuration } from '@countersign/contract';
import type { GrantAnswer, RequestAnswer } from '../api/shapes.js';
import { facts, humanSeconds, instantFrom, table } from '../terminal/text.js';

const WAITS: Record<string, string> = {
  awaiting_vendor: "waits for the vendor's reviewer",
  awaiting_customer: "waits for the customer's approver",
  countered: 'waits for the requester: the customer offers less instead',
};

/** `list, read on invoices/*`, one line an entry. */
export const scopeLines = (scope: RequestAnswer['scope']): string[] =>
  scope.map(({ resource, actions }) => `${actions.join(', ')} on ${resource}`);

export const stateWords = (state: string): string => WAITS[state] ?? state;

/** `Erin Okafor (usr_…)` where the name is known. */
const person = (id: string, names: ReadonlyMap<string, string>): string => {
  const name = names.get(id);
  return name === undefined ? id : `${name} (${id})`;
};

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** A request as one reads it before deciding: who, what, how long, why, how risky, what is missing. */
export function requestText(request: RequestAnswer, now: Date, names = NO_NAMES): string {
  const seconds = parseDuration(request.duration);
  const { vendor, customer, risk } = request.needs;
  const open = request.state.startsWith('awaiting_') || request.state === 'countered';
  return facts([
    ['request', request.id],
    ['state', stateWords(request.state)],
    ['who', person(request.requester, names)],
    ['what', [`${request.service} of ${request.tenant}`, ...scopeLines(request.scope)]],
    ['how long', seconds === undefined ? request.duration : humanSeconds(seconds)],
    ...whenLines(request.terms),
    ['why', request.justification ?? '(erased)'],
    ...(request.ticket === null ? [] : [['ticket', request.ticket] as const]),
    ...(request.invitation == null ? [] : [['invited by', request.invitation] as const]),
    ['risk', [risk.level, ...risk.reasons]],
    [
      'reviews',
      [
        `vendor ${vendor.approved} of ${vendor.required}, customer ${customer.approved} of ${customer.required}`,
        ...request.reviews.map(
          ({ side, person: by, decision, reason, at }) =>
            `${at} ${side} ${person(by, names)}: ${decision}${reason === null ? '' : ` (${reason})`}`,
        ),
      ],
    ],
    ...(request.earlierDenials === undefined || request.earlierDenials.length === 0
      ? []
      : [
          [
            'denied before',
            request.earlierDenials.map(
              ({ request: id, deniedAt, reason }) => `${deniedAt} ${id}: ${reason ?? ''}`,
            ),
          ] as const,
        ]),
    ...(request.offer == null ? [] : [['offered', offerLines(request.offer)] as const]),
    ...(open ? [['lapses', instantFrom(request.lapsesAt, now)] as const] : []),
    ...(request.grant === null ? [] : [['grant', request.grant] as const]),
    ['digest', request.digest],
  ]);
}

type Shown = NonNullable<RequestAnswer['offer']>;

const offerLines = ({ terms, person, digest }: Shown): string[] => [
  ...scopeLines(terms.scope),
  `for ${humanSeconds(terms.seconds)}`,
  ...(terms.startsAt === undefined ? [] : [`not before ${terms.startsAt}`]),
  `by ${person}`,
  digest,
];

/** A counter-offer as one reads it before accepting. */
export const offerText = (offer: Shown): string => facts([['offered', offerLines(offer)]]);

/** When it would begin and how much may be used, where that was asked for. */
function whenLines({
  startsAt,
  startsOn,
  useBy,
  budget,
}: RequestAnswer['terms']): (readonly [string, string])[] {
  return [
    ...(startsAt === undefined ? [] : [['starts', `not before ${startsAt}`] as const]),
    ...(startsOn === 'first-use' ? [['starts', 'with the first token'] as const] : []),
    ...(useBy === undefined ? [] : [['use by', useBy] as const]),
    ...(budget?.calls === undefined ? [] : [['at most', `${budget.calls} calls`] as const]),
    ...(budget?.bytes === undefined ? [] : [['at most', `${budget.bytes} bytes`] as const]),
  ];
}

export function requestsText(requests: readonly RequestAnswer[]): string {
  if (requests.length === 0) return 'No requests.';
  return table(
    ['ID', 'STATE', 'TENANT', 'SERVICE', 'SCOPE', 'LAPSES'],
    requests.map((request) => [
      request.id,
      request.state,
      request.tenant,
      request.service,
      scopeLines(request.scope).join('; '),
      request.lapsesAt,
    ]),
  );
}

export function grantText(grant: GrantAnswer, now: Date, names = NO_NAMES): string {
  return facts([
    ['grant', grant.id],
    ['state', grant.endReason === null ? grant.state : `${grant.state} (${grant.endReason})`],
    ['who', person(grant.requester, names)],
    ['what', [`${grant.service} of ${grant.tenant}`, ...scopeLines(grant.scope)]],
    ...(grant.startsAt === null ? [] : [['starts', instantFrom(grant.startsAt, now)] as const]),
    ...(grant.endsAt === null ? [] : [['ends', instantFrom(grant.endsAt, now)] as const]),
    ['used', `${grant.used.calls} calls, ${grant.used.bytes} bytes`],
    ['gateway', grant.gatewayUrl],
    ['request', grant.request],
    ['digest', grant.digest],
  ]);
}

export function grantsText(grants: readonly GrantAnswer[]): string {
  if (grants.length === 0) return 'No grants.';
  return table(
    ['ID', 'STATE', 'TENANT', 'SERVICE', 'SCOPE', 'ENDS', 'CALLS'],
    grants.map((grant) => [
      grant.id,
      grant.endReason === null ? grant.state : `${grant.state} (${grant.endReason})`,
      grant.tenant,
      grant.service,
      scopeLines(grant.scope).join('; '),
      grant.endsAt ?? '',
      String(grant.used.calls),
    ]),
  );
}

/** What to paste once a grant stands. */
export const nextCommands = (grant: string): string =>
  [
    `countersign curl ${grant} -- /…`,
    `countersign proxy ${grant} --port 8080`,
    `countersign release ${grant}`,
  ].join('\n');
