import { z } from 'zod';
import { canonicalJson } from '../encoding/canonical-json.js';
import { isCommitment } from '../encoding/commitment.js';
import { type Hashing, sha256Digest, utf8 } from '../encoding/digest.js';
import { ContractError, jsonPointer, unless } from '../errors.js';
import { idPattern, isServiceName, isTenantSlug, SERVICE_NAME, SLUG } from '../identifiers.js';
import { isNormalisedScope, MAX_SCOPE_ENTRIES } from '../resource/scope.js';
import { isInstant } from '../time.js';
import { BASES, STARTS_ON } from '../vocabulary/access.js';
import { budget, commitment, digest, instant, scope, seconds } from './members.js';
import { requesterFactsSchema } from './requester-facts.js';
import { TERMS_TEXTS, type TermsCommitment, type TermsText } from './texts.js';

const METHOD = /^[A-Z]{1,20}(?:-[A-Z]{1,20})?$/;
// Path and query as sent: printable ASCII, no fragment.
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;
// A header value as it arrives: visible ASCII with spaces inside.
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

const method = z.string().regex(METHOD, 'an HTTP method in capitals');
const path = z.string().max(4_096).regex(TARGET, 'an upstream path with query');
const headerValue = z.string().max(255).regex(HEADER_VALUE, 'a header value');

const call = {
  method,
  /** The upstream path with query. */
  path,
  /** `sha256:` + hex of the raw body; of no bytes if there is no body. */
  bodySha256: digest,
  /** The value of `Content-Type`, character for character: upstreams read the same bytes differently by it. */
  contentType: z.exactOptional(headerValue),
  /** The value of `Content-Encoding`, character for character. */
  contentEncoding: z.exactOptional(headerValue),
};

/** The change that a caller of the API requests. Terms add what reviewers are shown. */
export const changeSchema = z.strictObject(call);

/**
 * The statement of the requester about what was there before. No gateway vouches for it: most records have no hash of a
 * response. `record` names the call that the requester says returned it, and reviewers can compare path, time and size.
 */
const changeBefore = z.strictObject({
  /** Commitment to the text, under the name `changeBefore`. */
  body: commitment,
  /** When it was read. */
  at: instant,
  /** `rec_…` of the read. */
  record: z.exactOptional(z.string().regex(idPattern('rec'))),
});

const changeOfTerms = z.strictObject({
  ...call,
  /** Commitment to the text of the body, under the name `changeBody`. Present if reviewers are shown the body. */
  body: z.exactOptional(commitment),
  /** What the requester says that the path returned before the change. Requires `body`. */
  before: z.exactOptional(changeBefore),
  /** `req_…`: the request whose grant the requester proposes the change beside. Both are one thread. */
  follows: z.exactOptional(z.string().regex(idPattern('req'))),
});

/** One exact call. The call must match every member; a member that is absent here must be absent in the call too. */
export type Change = z.infer<typeof changeOfTerms>;

export type Budget = z.infer<typeof budget>;

const texts = {
  justification: commitment,
  ticket: z.exactOptional(commitment),
} satisfies Record<TermsText, unknown>;

/**
 * Exactly what is requested, version 1. Reviewers see it, approvers sign its digest, and the token carries it. Omit
 * optional members; never null. Instants are whole seconds in UTC. docs/contract.md, Terms and digest.
 *
 * The type `Terms` and docs/schemas/terms-v1.json follow from this shape, and from the type what a request states, what a
 * counter-offer may change and what the drafts of terms contain: the compiler names each place that lacks a member. The
 * rules between members (normal form of the scope, which times go together, what a basis needs) are in `parseTerms`.
 */
export const termsSchema = z.strictObject({
  v: z.literal(1),
  /** `dep_…` */
  deployment: z.string().regex(idPattern('dep')),
  /** `req_…` */
  request: z.string().regex(idPattern('req')),
  /** The digest that these terms narrow (a counter-offer). */
  parent: z.exactOptional(digest),
  /** The digest that these terms follow in time (an extension). */
  extends: z.exactOptional(digest),
  basis: z.enum(BASES),
  /** The hash of the invitation's statement; with `basis: invitation`, and only then. */
  invitation: z.exactOptional(digest),
  tenant: z.string().regex(SLUG),
  service: z.string().regex(SERVICE_NAME),
  /** The hash of the service's route map, which says what the resources and actions are. */
  routes: digest,
  /** In normal form (`normaliseScope`). */
  scope,
  /** How long the grant lasts. */
  seconds,
  startsOn: z.enum(STARTS_ON),
  startsAt: z.exactOptional(instant),
  useBy: z.exactOptional(instant),
  lapsesAt: instant,
  /** How many calls, and bytes of response bodies, the grant may use. */
  budget: z.exactOptional(budget),
  /** The one call that may be made, including its body. Requires `budget.calls` = 1: one forwarded call spends it. */
  change: z.exactOptional(changeOfTerms),
  /** Answers show the fields that routes mask. Only with `basis: approval`. Absent: these fields stay hidden. */
  unmasked: z.exactOptional(z.literal(true)),
  /** `usr_…` */
  requester: z.string().regex(idPattern('usr')),
  /** What is known about the requester's place and employer when they request. Absent: nothing. */
  requesterFacts: z.exactOptional(requesterFactsSchema),
  ...texts,
});
export type Terms = z.infer<typeof termsSchema>;

/** Members that the broker adds. The requester states all others. */
type BrokersMember =
  | 'v'
  | 'deployment'
  | 'request'
  | 'parent'
  | 'extends'
  | 'invitation'
  | 'routes'
  | 'lapsesAt'
  | 'requester'
  | 'requesterFacts';

type Stated = Omit<Terms, BrokersMember | TermsText>;
type AlwaysStated = 'tenant' | 'service' | 'scope' | 'seconds';

/** What a requester states of the terms: the texts as they are written, and the other members as the terms have them. */
export type StatedTerms = Pick<Stated, AlwaysStated> &
  Partial<Omit<Stated, AlwaysStated>> & { [Name in TermsText]?: string };

/** Without this, "the one change" would be made as often as the grant's window allows. */
export const CHANGE_IS_ONE_CALL = '`change` requires `budget.calls` = 1';

type Rule = (terms: Terms) => string | undefined;

/** The rules between members, each with the member to blame. A rule returns what is wrong, or undefined. */
const RULES: readonly (readonly [member: keyof Terms, rule: Rule])[] = [
  ['tenant', ({ tenant }) => unless(isTenantSlug(tenant), 'this slug belongs to no tenant')],
  ['service', ({ service }) => unless(isServiceName(service), 'this name belongs to no service')],
  ['scope', ({ scope }) => unless(isNormalisedScope(scope), 'not in normal form')],
  [
    'invitation',
    ({ basis, invitation }) =>
      unless(
        (basis === 'invitation') === (invitation !== undefined),
        'goes with `basis: invitation`, and only then',
      ),
  ],
  // The customer's people see the choice and decide it, also in the invitation that they sign. No emergency or demand does that for them.
  [
    'unmasked',
    ({ basis, unmasked }) =>
      unless(
        unmasked === undefined || basis === 'approval' || basis === 'invitation',
        'goes with `basis: approval` or `basis: invitation`, and only with them',
      ),
  ],
  [
    'startsAt',
    ({ startsAt }) => unless(startsAt === undefined || isInstant(startsAt), 'not in the calendar'),
  ],
  ['useBy', ({ useBy }) => unless(useBy === undefined || isInstant(useBy), 'not in the calendar')],
  ['lapsesAt', ({ lapsesAt }) => unless(isInstant(lapsesAt), 'not in the calendar')],
  [
    'startsOn',
    ({ startsOn, startsAt, useBy }) =>
      unless(
        startsOn === 'approval' || (useBy !== undefined && startsAt === undefined),
        '`first-use` needs `useBy` and excludes `startsAt`',
      ),
  ],
  ['lapsesAt', (terms) => unless(lapsesInTime(terms), 'is after `useBy`, or after `startsAt` + `seconds`')],
  ['budget', ({ change, budget }) => unless(change === undefined || budget?.calls === 1, CHANGE_IS_ONE_CALL)],
  ['change', ({ change }) => change && wrongContents(change)],
  ...TERMS_TEXTS.map((name) => [name, commitmentRule(name)] as const),
];

/**
 * Parses terms strictly and returns a copy. Every member has its type and spelling, no member is unknown or undefined, the
 * scope is in normal form, and the times agree.
 *
 * Throws ContractError with a pointer: `unsupported_version` for a `v` other than 1, `terms_too_large` for more than
 * 20 scope entries, `invalid_terms` for anything else.
 */
export function parseTerms(value: unknown): Terms {
  const head = value as { v?: unknown; scope?: unknown } | null | undefined;
  if (typeof head === 'object' && head !== null && head.v !== 1 && head.v !== undefined) {
    throw new ContractError(
      'unsupported_version',
      'these terms are of a version that is not known here',
      '/v',
    );
  }
  if (Array.isArray(head?.scope) && head.scope.length > MAX_SCOPE_ENTRIES) {
    throw new ContractError('terms_too_large', `a scope has at most ${MAX_SCOPE_ENTRIES} entries`, '/scope');
  }
  const read = termsSchema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new ContractError('invalid_terms', issue?.message ?? 'not terms', jsonPointer(issue?.path ?? []));
  }
  for (const [member, rule] of RULES) {
    const wrong = rule(read.data);
    if (wrong !== undefined) throw new ContractError('invalid_terms', wrong, `/${member}`);
  }
  return read.data;
}

function commitmentRule(name: TermsText): Rule {
  return ({ [name]: text }) => unless(text === undefined || isCommitment(text), 'not a commitment');
}

function wrongContents({ body, before, contentEncoding }: Change): string | undefined {
  if (body === undefined) return unless(before === undefined, '`before` needs `body`');
  if (contentEncoding !== undefined) return 'an encoded body is not shown: `body` excludes `contentEncoding`';
  if (!isCommitment(body) || (before !== undefined && !isCommitment(before.body))) return 'not a commitment';
  return unless(before === undefined || isInstant(before.at), 'not in the calendar');
}

/** Every commitment in the terms, by the name under which it was made. */
export const termsCommitments = (terms: Terms): { [Name in TermsCommitment]?: string } => ({
  ...Object.fromEntries(
    TERMS_TEXTS.flatMap((name) => (terms[name] === undefined ? [] : [[name, terms[name]]])),
  ),
  ...(terms.change?.body === undefined ? {} : { changeBody: terms.change.body }),
  ...(terms.change?.before === undefined ? {} : { changeBefore: terms.change.before.body }),
});

function lapsesInTime({ lapsesAt, useBy, startsAt, seconds }: Terms): boolean {
  if (useBy === undefined && startsAt === undefined) return true;
  const lapse = Date.parse(lapsesAt);
  if (useBy !== undefined && lapse > Date.parse(useBy)) return false;
  return startsAt === undefined || lapse <= Date.parse(startsAt) + seconds * 1_000;
}

/** The longest grant token. With the name of its header it must fit one header line of common proxies (8 kB). */
export const MAX_TOKEN_BYTES = 7_680;

const TOKEN_FRAME_BYTES = 950;
const COUNTERSIGNATURE_BYTES = 1_300;

/**
 * The bytes that are shown and hashed (docs/contract.md, Terms and digest): the terms as canonical JSON. All members but the
 * name of a legal entity are ASCII.
 *
 *     {"basis":"approval","deployment":"dep_…","justification":"c1:…","lapsesAt":"…Z","request":"req_…",
 *      "requester":"usr_…","routes":"sha256:…","scope":[{"actions":[…],"resource":"…"}],"seconds":3600,
 *      "service":"…","startsOn":"approval","tenant":"…","v":1}
 */
export function canonicalTerms(terms: Terms): string {
  return canonicalJson(terms);
}

/** The digest: `sha256:` + hex of SHA-256 over the canonical terms. */
export function termsDigest(hashing: Hashing, terms: Terms): string {
  return sha256Digest(hashing, canonicalTerms(terms));
}

/**
 * How long a token with such terms may get, in bytes: the terms in base64, 950 for its other parts, and 1,300 for each
 * countersignature. `canonicalLength` is the length of the canonical terms in bytes.
 */
export function termsTokenBytes(canonicalLength: number, approvals: number): number {
  return Math.ceil((canonicalLength * 4) / 3) + TOKEN_FRAME_BYTES + COUNTERSIGNATURE_BYTES * approvals;
}

/** Throws `terms_too_large` if a token with these terms and that many countersignatures would be too long. */
export function requireTermsFit(terms: Terms, approvals: number): void {
  if (termsTokenBytes(utf8(canonicalTerms(terms)).length, approvals) > MAX_TOKEN_BYTES) {
    throw new ContractError(
      'terms_too_large',
      'a token with these terms and approvals would be over 7,680 bytes',
    );
  }
}

/**
 * The last moment at which a grant of these terms could be open, however late it is approved or first used. Milliseconds
 * since the epoch. `useBy` matters only if the first use starts the grant.
 */
export function latestEndOfTerms({
  startsOn,
  startsAt,
  lapsesAt,
  useBy,
  seconds,
}: Pick<Terms, 'startsOn' | 'startsAt' | 'lapsesAt' | 'useBy' | 'seconds'>): number {
  const begins = startsOn === 'first-use' ? useBy : startsAt;
  return Date.parse(begins ?? lapsesAt) + seconds * 1_000;
}
