import type { MoreBudget } from '../budget/budgets.js';
import type { CutReason, OpenCall } from '../budget/open-calls.js';
import type { Fields } from '../http1/fields.js';
import type { Framing } from '../http1/framing.js';
import type { RequestBody } from '../http1/request-body.js';
import type { ServerResponse } from '../http1/server-response.js';
import type { TlsFailure } from '../http1/tls-failure.js';
import type { RequestSender } from '../http1/upstream-pool.js';
import type { CallOutcome } from '../records/recorder.js';
import type { AnswerWithheld, ChangeAnswer } from './answer-body.js';
import type { AnswerFault, Download } from './download.js';
import type { Origin } from './forwarded-headers.js';

/** An allowed call whose record is durable. */
export type Forwarding = {
  upstream: RequestSender;
  /** Whose calls may use the call's connection to the upstream after it. */
  connectionOwner: string;
  origin: Origin;
  method: string;
  /** Path with query. */
  target: string;
  /** Flat list for the upstream, without framing and Host. */
  headers: string[];
  framing: Framing;
  /** The body, if it had to be read whole before the decision. Otherwise it streams from the request. */
  readBody: Buffer | undefined;
  body: RequestBody;
  maxBodyBytes: number;
  response: ServerResponse;
  /** `rec_…` */
  record: string;
  /** For a route whose answers are files. */
  download: Download | undefined;
  /** The tenant that the response must name in `Countersign-Tenant`; undefined if the call itself named its tenant. */
  confirmedTenant: string | undefined;
  /** Decides whether the body of the answer is changed; undefined: it is not. */
  changeAnswer: ChangeAnswer | undefined;
  /** Makes the header fields for the client if the answer comes from a storage. Otherwise `clientHeaders` makes them. */
  answerFields?: (fields: Fields) => string[];
  call: OpenCall;
  /** Called when the last byte of the request's body has passed. */
  onBodyArrived(): void;
  /** The monotonic clock, in milliseconds. */
  now(): number;
  /** How many of these bytes of response body the budget allows now. Counts them as used. */
  takeBytes(bytes: number): number;
  /** Resolves when there may be more, or when none is left. */
  moreBytes(bytes: number): Promise<MoreBudget>;
};

/** Why the client gets a refusal in place of the response. */
export type ForwardFailure =
  | 'upstream_unreachable'
  | 'upstream_timeout'
  | 'upstream_tls_failed'
  | 'tenant_not_confirmed'
  | 'answer_withheld'
  | AnswerFault
  | 'ambiguous_request'
  | 'body_too_large';

/**
 * How the call ended, as its record says it. `failure` is set only if nothing was sent to the client yet: then the caller answers.
 */
export type Forwarded = Omit<CallOutcome, 'durationMs' | 'outcome' | 'withheld'> & {
  outcome: 'completed' | 'cut' | 'failed';
  failure?: ForwardFailure | undefined;
  /** For `upstream_tls_failed`. */
  tlsFailure?: TlsFailure | undefined;
  cutBy?: CutReason | undefined;
  /** Why the response, or the rest of it, did not reach the client. */
  withheld?: AnswerWithheld | undefined;
};
