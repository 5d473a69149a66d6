import type { WhatToRequest } from '@countersign/authorization';
import { describeError } from '@countersign/runtime';
import type { Logger } from 'pino';
import { MalformedMessage } from '../http1/malformed-message.js';
import type { ServerResponse } from '../http1/server-response.js';

/**
 * A request that two HTTP readers could understand differently. `message` names the rule. It never repeats the request,
 * which could contain anything.
 */
export class AmbiguousRequest extends MalformedMessage {
  override readonly name = 'AmbiguousRequest';
  readonly code = 'ambiguous_request';
}

/** Throws AmbiguousRequest unless the rule holds. */
export function requireUnambiguous(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new AmbiguousRequest(rule);
}

/** Every code of a refusal, with its status and title. Codes are stable; titles are for people. */
const REFUSALS = {
  invalid_request: [400, 'The request does not have the documented form.'],
  ambiguous_request: [400, 'This request could be read in more than one way.'],
  not_in_touch: [503, 'The gateway is not in touch with its broker and refuses everything.'],
  invalid_token: [401, 'A valid grant token is needed.'],
  grant_ended: [403, 'The grant is not active.'],
  locked: [403, 'Access is locked.'],
  route_not_listed: [403, 'The route is not listed.'],
  insufficient_scope: [403, 'The grant does not cover this call.'],
  gateway_required: [403, 'The customer accepts only calls through the gateway itself.'],
  not_countersigned: [403, 'The grant lacks a countersignature.'],
  operation_refused: [400, 'The gateway passes on listed operations of GraphQL only.'],
  statement_refused: [400, 'The gateway does not run this statement.'],
  body_too_large: [413, 'The body is larger than the gateway accepts.'],
  rate_limited: [429, 'Too many calls at once.'],
  budget_exhausted: [403, "The grant's budget is used up."],
  record_unavailable: [503, 'The call could not be recorded, so it was not made.'],
  context_key_missing: [503, 'The gateway has no key for the context of this service.'],
  upstream_unreachable: [502, 'The data service could not be reached.'],
  upstream_tls_failed: [502, 'No secure connection to the data service came about.'],
  range_refused: [416, 'The gateway does not pass on this range.'],
  range_not_confirmed: [502, 'The data service sent another part of the file than was requested.'],
  tenant_not_confirmed: [502, 'The data service did not confirm whose data this is.'],
  answer_withheld: [
    502,
    'The gateway could not remove what this answer must not show, so it did not send it.',
  ],
  file_link_ended: [404, 'This address of a file has expired, or belongs to another grant.'],
  file_unavailable: [502, 'The storage did not send the file.'],
  file_too_large: [502, 'The file is larger than the gateway fetches.'],
  upstream_timeout: [504, 'The data service did not answer in time.'],
  cross_origin: [403, 'Another page made this call with the session of the browser.'],
  proxy_not_trusted: [403, 'This proxy may not ask about calls.'],
  request_timeout: [408, 'The request did not arrive in time.'],
  not_found: [404, 'The gateway has no such page.'],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalCode = keyof typeof REFUSALS;

export const statusOf = (code: RefusalCode): number => REFUSALS[code][0];
export const titleOf = (code: RefusalCode): string => REFUSALS[code][1];

/**
 * Members beside the code. `reason`: why a token is invalid, why a grant counts as not countersigned, why a request names no persisted
 * operation, why TLS to the upstream failed, or why an answer was withheld. `request`: the members of an access request that would cover the call.
 */
export type ProblemMembers = { detail?: string; reason?: string; request?: WhatToRequest };

/** `noToken`: the request has no bearer token, so the challenge names no error of one. */
export type ChallengeOptions = { noToken?: boolean | undefined };

/** Address of the broker's form for an access request, filled in with the members that would cover a call. */
export function requestFormUrl(issuer: string, { tenant, service, scope }: WhatToRequest): string {
  const query = new URLSearchParams({ ...(tenant && { tenant }), service });
  for (const { resource, actions } of scope) query.append('scope', `${resource}:${actions.join(',')}`);
  return `${issuer}/ask?${query}`;
}

/** RFC 9457 body and headers of a refusal. */
function problem(
  code: RefusalCode,
  members: ProblemMembers,
  { noToken = false }: ChallengeOptions = {},
): { status: number; body: string; headers: string[] } {
  const [status, title] = REFUSALS[code];
  const body = JSON.stringify({ type: 'about:blank', title, status, code, ...members });
  const headers = ['Content-Type', 'application/problem+json', 'Cache-Control', 'no-store'];
  if (code === 'invalid_token') {
    // RFC 6750 §3.1: no error if no token was sent. The description is one of our own reasons, so nothing of the token
    // is repeated.
    const why = members.reason === undefined ? '' : `, error_description="${members.reason}"`;
    const error = noToken ? '' : `, error="invalid_token"${why}`;
    headers.push('WWW-Authenticate', `Bearer realm="countersign"${error}`);
  }
  if (code === 'insufficient_scope') {
    headers.push('WWW-Authenticate', 'Bearer realm="countersign", error="insufficient_scope"');
  }
  if (status === 503 || status === 429) headers.push('Retry-After', '1');
  return { status, body, headers };
}

/**
 * Answers with a refusal. `record`: the id of its access record, if it has one. `close`: the connection cannot be used
 * again, because a body was not read or the request could not be understood.
 */
export function answerProblem(
  response: ServerResponse,
  code: RefusalCode,
  {
    record,
    close,
    noToken,
    ...members
  }: ProblemMembers & ChallengeOptions & { record?: string | undefined; close: boolean },
): void {
  if (response.hasBegun || response.isGone) return;
  const { status, body, headers } = problem(code, members, { noToken });
  if (record !== undefined) headers.push('Countersign-Record', record);
  if (close) response.closeAfter();
  response.send(status, headers, body);
}

/** An internal error refuses the request and ends the call that was under way. */
export function refuseFault(log: Logger, response: ServerResponse | undefined, error: unknown): void {
  log.error(describeError(error), 'a request could not be handled');
  if (response === undefined) return;
  answerProblem(response, 'record_unavailable', { close: true });
  if (!response.hasEnded) response.destroy();
}

/** What refusing a request that failed needs. */
export type FaultParts = {
  /** Counts the refusal of something that never became a call. */
  countRefusal(code: 'ambiguous_request'): void;
  log: Logger;
};

/** Refuses a request because of what was thrown while it was handled: as ambiguous, or as an internal error. */
export function refuseError(parts: FaultParts, response: ServerResponse, error: unknown): void {
  if (error instanceof AmbiguousRequest) refuseAmbiguous(parts, response, error.message);
  else refuseFault(parts.log, response, error);
}

export function refuseAmbiguous(
  { countRefusal }: Pick<FaultParts, 'countRefusal'>,
  response: ServerResponse,
  rule: string,
): void {
  countRefusal('ambiguous_request');
  answerProblem(response, 'ambiguous_request', { detail: rule, close: true });
}
