import { z } from 'zod';
import { canonicalJson } from '../encoding/canonical-json.js';
import { isCommitment } from '../encoding/commitment.js';
import { type Hashing, sha256Digest, utf8 } from '../encoding/digest.js';
import { ContractError, jsonPointer, unless } from '../errors.js';
import { idPattern, isServiceName, isTenantSlug, SERVICE_NAME, SLUG } from '../identifiers.js';
import { isNormalisedScope, MAX_SCOPE_ENTRIES, type ScopeEntry } from '../resource/scope.js';
import { isInstant } from '../time.js';
import { BASES, type Basis, STARTS_ON, type StartsOn } from '../vocabulary/access.js';
import { budget, commitment, digest, instant, scope, seconds } from './members.js';
import { type RequesterFacts, requesterFactsSchema } from './requester-facts.js';
import { surelyHasShapeOfTerms } from './terms-shape.js';

/**
 * Exactly what is requested, version 1. Reviewers see it, approvers sign its digest, and the token carries it. Omit
 * optional members; never null. Instants are whole seconds in UTC. docs/contract.md, Terms and digest.
 */
export type Terms = {
  v: 1;
  /** `dep_…` */
  deployment: string;
  /** `req_…` */
  request: string;
  /** The digest that these terms narrow (a counter-offer). */
  parent?: string;
  /** The digest that these terms follow in time (an extension). */
  extends?: string;
  basis: Basis;
  /** The hash of the invitation's statement; with `basis: invitation`, and only then. */
  invitation?: string;
  tenant: string;
  service: string;
  /** The hash of the service's route map, which says what the resources and actions are. */
  routes: string;
  /** In normal form (`normaliseScope`). */
  scope: ScopeEntry[];
  /** How long the grant lasts. */
  seconds: number;
  startsOn: StartsOn;
  startsAt?: string;
  useBy?: string;
  lapsesAt: string;
  /** How many calls, and bytes of response bodies, the grant may use. */
  budget?: Budget;
  /** The one call that may be made, including its body. Requires `budget.calls` = 1: one forwarded call spends it. */
  change?: Change;
  /** Answers show the fields that routes mask. Only with `basis: approval`. Absent: these fields stay hidden. */
  unmasked?: true;
  /** `usr_…` */
  requester: string;
  /** What is known about the requester's place and employer when they request. Absent: nothing. */
  requesterFacts?: RequesterFacts;
  /** Commitment `c1:…`. */
  justification: string;
  /** Commitment `c1:…`. */
  ticket?: string;
};

export type Budget = { calls?: number; bytes?: number };

/** One exact call. The call must match every member; a member that is absent here must be absent in the call too. */
export type Change = {
  method: string;
  /** The upstream path with query. */
  path: string;
  /** `sha256:` + hex of the raw body; of no bytes if there is no body. */
  bodySha256: string;
  /** The value of `Content-Type`, character for character: upstreams read the same bytes differently by it. */
  contentType?: string;
  /** The value of `Content-Encoding`, character for character. */
  contentEncoding?: string;
  /** Commitment to the text of the body, under the name `changeBody`. Present if reviewers are shown the body. */
  body?: string;
  /** What the requester says that the path returned before the change. Requires `body`. */
  before?: ChangeBefore;
  /** `req_…`: the request whose grant the requester proposes the change beside. Both are one thread. */
  follows?: string;
};

/**
 * The statement of the requester about what was there before. No gateway vouches for it: most records have no hash of a
 * response. `record` names the call that the requester says returned it, and reviewers can compare path, time and size.
 */
export type ChangeBefore = {
  /** Commitment to the text, under the name `changeBefore`. */
  body: string;
  /** When it was read. */
  at: string;
  /** `rec_…` of the read. */
  record?: string;
};

const METHOD = /^[A-Z]{1,20}(?:-[A-Z]{1,20})?$/;
// Path and query as sent: printable ASCII, no fragment.
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;
// A header value as it arrives: visible ASCII with spaces inside.
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

const method = z.string().regex(METHOD, 'an HTTP method in capitals');
const path = z.string().max(4_096).regex(TARGET, 'an upstream path with query');
const headerValue = z.string().max(255).regex(HEADER_VALUE, 'a header value');

/** The change that a caller of the API requests. Terms add what reviewers are shown. */
export const changeSchema: z.ZodType<Change> = z.strictObject({
  method,
  path,
  bodySha256: digest,
  contentType: z.exactOptional(headerValue),
  contentEncoding: z.exactOptional(headerValue),
});

const changeBefore: z.ZodType<ChangeBefore> = z.strictObject({
  body: commitment,
  at: instant,
  record: z.exactOptional(z.string().regex(idPattern('rec'))),
});

const changeOfTerms: z.ZodType<Change> = z.strictObject({
  method,
  path,
  bodySha256: digest,
  contentType: z.exactOptional(headerValue),
  contentEncoding: z.exactOptional(headerValue),
  body: z.exactOptional(commitment),
  before: z.exactOptional(changeBefore),
  follows: z.exactOptional(z.string().regex(idPattern('req'))),
});

/**
 * The shape of terms, published as docs/schemas/terms-v1.json. The rules between members (normal form of the scope, which
 * times go together, what a basis needs) are in `parseTerms`.
 */
export const termsSchema: z.ZodType<Terms> = z.strictObject({
  v: z.literal(1),
  deployment: z.string().regex(idPattern('dep')),
  request: z.string().regex(idPattern('req')),
  parent: z.exactOptional(digest),
  extends: z.exactOptional(digest),
  basis: z.enum(BASES),
  invitation: z.exactOptional(digest),
  tenant: z.string().regex(SLUG),
  service: z.string().regex(SERVICE_NAME),
  routes: digest,
  scope,
  seconds,
  startsOn: z.enum(STARTS_ON),
  startsAt: z.exactOptional(instant),
  useBy: z.exactOptional(instant),
  lapsesAt: instant,
  budget: z.exactOptional(budget),
  change: z.exactOptional(changeOfTerms),
  unmasked: z.exactOptional(z.literal(true)),
  requester: z.string().regex(idPattern('usr')),
  requesterFacts: z.exactOptional(requesterFactsSchema),
  justification: commitment,
  ticket: z.exactOptional(commitment),
});

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
  ['justification', ({ justification }) => unless(isCommitment(justification), 'not a commitment')],
  ['ticket', ({ ticket }) => unless(ticket === undefined || isCommitment(ticket), 'not a commitment')],
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

/**
 * `parseTerms` for JSON that was parsed for this call: returns the value itself, not a copy. It accepts the same values and throws
 * the same errors. Most terms take half the time, without the schema.
 */
export function requireTerms(value: unknown): Terms {
  return surelyHasShapeOfTerms(value) && RULES.every(([, rule]) => rule(value) === undefined)
    ? value
    : parseTerms(value);
}

function wrongContents({ body, before, contentEncoding }: Change): string | undefined {
  if (body === undefined) return unless(before === undefined, '`before` needs `body`');
  if (contentEncoding !== undefined) return 'an encoded body is not shown: `body` excludes `contentEncoding`';
  if (!isCommitment(body) || (before !== undefined && !isCommitment(before.body))) return 'not a commitment';
  return unless(before === undefined || isInstant(before.at), 'not in the calendar');
}

/** Every commitment in the terms, by the name under which it was made. */
export const termsCommitments = ({ justification, ticket, change }: Terms): Record<string, string> => ({
  justification,
  ...(ticket === undefined ? {} : { ticket }),
  ...(change?.body === undefined ? {} : { changeBody: change.body }),
  ...(change?.before === undefined ? {} : { changeBefore: change.before.body }),
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
