import type { GrantTokenClaims, MatchedCall } from '@countersign/authorization';
import { BROWSER_PATHS } from '@countersign/gateway-protocol';
import type { CallAuthorizer } from '../authorize/call-authorizer.js';
import { pageLanguage, sendPage } from '../browser/browser-page.js';
import { browserTexts } from '../browser/browser-texts.js';
import { isNavigation } from '../browser/same-origin.js';
import type { CutReason } from '../budget/open-calls.js';
import type { ServerResponse } from '../http1/server-response.js';
import type { GatewayMetrics } from '../metrics.js';
import type { Recorder } from '../records/recorder.js';
import type { CanonicalRequest } from './canonical-request.js';
import { callOf, type Exchange, recordedCallOf } from './exchange.js';
import {
  answerProblem,
  type ChallengeOptions,
  type ProblemMembers,
  type RefusalCode,
  requestFormUrl,
  statusOf,
  titleOf,
} from './refusals.js';

/** Why a call with a verified token is refused. `reason`: more about the code, see ProblemMembers. */
export type RefusedCall = { code: RefusalCode; detail: string; match: MatchedCall | null; reason?: string };

/** The code of a call that was cut before the client got any of the answer. A client that has gone gets no answer. */
const CODE_OF_CUT: Record<Exclude<CutReason, 'client_gone'>, RefusalCode> = {
  grant_ended: 'grant_ended',
  locked: 'locked',
  invalid_token: 'invalid_token',
  not_countersigned: 'not_countersigned',
  not_in_touch: 'not_in_touch',
  budget_exhausted: 'budget_exhausted',
  shutdown: 'not_in_touch',
  call_timeout: 'upstream_timeout',
  client_idle: 'request_timeout',
};

/** An open call is cut as `invalid_token` for one reason only: its signing key was revoked. */
const MEMBERS_OF_CUT: Partial<Record<CutReason, ProblemMembers>> = {
  invalid_token: { reason: 'unknown_key', detail: 'the signing key was revoked or has retired' },
};

/** The refusal of a call that was cut while its body arrived; undefined if it was not cut, or its client has gone. */
export function refusalOfCut(cutBy: CutReason | undefined): RefusedCall | undefined {
  if (cutBy === undefined || cutBy === 'client_gone') return undefined;
  const detail = 'the call was cut while its body arrived';
  return { code: CODE_OF_CUT[cutBy], match: null, detail, ...MEMBERS_OF_CUT[cutBy] };
}

/** Answers refused calls. Each refusal is also recorded or counted, and appears in the metrics. */
export class CallRefusals {
  constructor(
    private readonly parts: {
      recorder: Recorder;
      metrics: GatewayMetrics;
      authorizer: Pick<CallAuthorizer, 'whatToRequest'>;
      /** Address of the broker's pages; undefined until the feed has sent it. */
      issuer(): string | undefined;
    },
  ) {}

  /** Without a verified token a refusal is only counted: anyone can cause it. `service` must be a known one, or null. */
  unverified(
    exchange: Exchange,
    service: string | null,
    code: RefusalCode,
    members: ProblemMembers & ChallengeOptions,
  ): undefined {
    this.parts.recorder.count(service, code);
    this.parts.metrics.refused(service, code);
    this.answer(exchange, code, members);
  }

  /**
   * With a verified token the tenant gets an access record of the refusal. The engineer reads what to request, if that
   * would help.
   */
  verified(
    exchange: Exchange,
    claims: GrantTokenClaims,
    { code, detail, match, reason }: RefusedCall,
  ): undefined {
    const { service } = exchange.canonical;
    const record = this.parts.recorder.recordRefused(recordedCallOf(exchange, claims), match, code);
    this.parts.metrics.refused(service, code);
    const request = this.parts.authorizer.whatToRequest(claims, callOf(exchange, undefined), code);
    this.answer(exchange, code, { detail, record, ...(reason && { reason }), ...(request && { request }) });
  }

  /** A token that became invalid while its call waited is refused like one that came invalid: counted, not recorded. */
  decided(exchange: Exchange, claims: GrantTokenClaims, refused: RefusedCall): undefined {
    const { code, reason, detail } = refused;
    if (code !== 'invalid_token') this.verified(exchange, claims, refused);
    else
      this.unverified(exchange, exchange.canonical.service, code, {
        detail,
        ...(reason && { reason }),
      });
  }

  /** Answers a call that was cut after its record was written. `record` is the id of that record. */
  cut(exchange: Exchange, cutBy: CutReason, record: string): void {
    if (cutBy === 'client_gone') exchange.response.destroy();
    else this.answer(exchange, CODE_OF_CUT[cutBy], { record, ...MEMBERS_OF_CUT[cutBy] });
  }

  answer(
    exchange: Exchange,
    code: RefusalCode,
    members: ProblemMembers & ChallengeOptions & { record?: string | undefined },
  ): void {
    const { canonical, body, response } = exchange;
    const close = code === 'ambiguous_request' || !body.isDone;
    if (!close && showsPage(canonical)) this.showPage(canonical, response, code, members);
    else answerProblem(response, code, { ...members, close });
  }

  /** Shows a person who opens a page of the service why it is refused, and where to request access. */
  private showPage(
    { headers }: CanonicalRequest,
    response: ServerResponse,
    code: RefusalCode,
    { detail, request, record }: ProblemMembers & { record?: string | undefined },
  ): void {
    const language = pageLanguage(headers);
    const { refused, other, ask, again } = browserTexts[language];
    const issuer = this.parts.issuer();
    const words = refused[code] ?? other;
    const link =
      request === undefined || issuer === undefined
        ? { to: BROWSER_PATHS.open, label: again }
        : { to: requestFormUrl(issuer, request), label: ask };
    const fields = record === undefined ? [] : ['Countersign-Record', record];
    const pageText = [code, detail ?? titleOf(code), record].filter((part) => part !== undefined).join(' · ');
    sendPage(response, language, { status: statusOf(code), ...words, detail: pageText, link }, fields);
  }
}

/** Whether the answer is shown to a person in a browser. */
const showsPage = ({ origin, method, headers }: CanonicalRequest): boolean =>
  origin !== undefined && method === 'GET' && isNavigation(headers);
