import type { Call, CallDecision, PublishedRouteMap } from '@countersign/authorization';
import {
  type CorsRules,
  FILES_PATH,
  isDatabase,
  readByteRange,
  readOperation,
  type ServiceDefinition,
} from '@countersign/contract';
import type { CallAuthorizer, TokenDecision, VerifiedToken } from '../authorize/call-authorizer.js';
import type { BrowserCalls } from '../browser/browser-calls.js';
import type { OpenCalls } from '../budget/open-calls.js';
import type { Clock } from '../clock.js';
import { type FileLink, type FileLinks, LINK_ENDED } from '../files/file-links.js';
import type { RecordedForwarding } from '../forward/recorded-forwarding.js';
import type { GatewayMetrics } from '../metrics.js';
import { parseStatement, StatementRefused } from '../sql/sql-statement.js';
import type { CallRefusals, RefusedCall } from './call-refusals.js';
import type { CanonicalRequest } from './canonical-request.js';
import { type ReadBody, readChangeBody } from './change-body.js';
import { fieldsForOrigin, isListedOrigin, isPreflight, preflightFields } from './cors.js';
import { callOf, type Exchange } from './exchange.js';

/** What happens to an allowed call. `run` returns undefined if nothing is left to wait for. */
type Forwarding = {
  run(...call: Parameters<RecordedForwarding['run']>): Promise<void> | undefined;
};

export type CallHandlerParts = {
  authorizer: CallAuthorizer;
  refusals: CallRefusals;
  /** Takes an allowed call, in the same turn as the decision. */
  forwarding: Forwarding;
  /** Calls whose browser has a session in place of a token. */
  browsers: BrowserCalls;
  calls: OpenCalls;
  clock: Clock;
  metrics: Pick<GatewayMetrics, 'preflight'>;
  maxBodyBytes: number;
  /** The presigned links that the gateway keeps. */
  fileLinks: Pick<FileLinks, 'find'>;
};

/** What is known about a call before its decision, besides the call itself. */
type Undecided = {
  body?: ReadBody | undefined;
  /** Why the SQL statement in its body is refused. It counts only if the call is allowed otherwise. */
  refusedStatement?: Omit<RefusedCall, 'match'> | undefined;
  /** The file that it fetches. */
  link?: FileLink;
};

const NOTHING_READ: Undecided = {};
const NO_CONTENT = {
  hasBody: false,
  bodySha256: undefined,
  bodyLength: undefined,
  bodyIsArriving: false,
} as const;

/** The id of the file that the request fetches; undefined if it is a call of the service itself. */
function requestedFile(
  { canonical: { path }, mode }: Exchange,
  { definition }: PublishedRouteMap,
): string | undefined {
  if (mode !== undefined || definition.fileHosts === undefined || !path.startsWith(FILES_PATH))
    return undefined;
  return path.slice(FILES_PATH.length);
}

/** Why a file cannot be fetched by this request. The method is fixed, because storages sign links for one method. */
function fetchProblem({ method, query, headers }: CanonicalRequest): Omit<RefusedCall, 'match'> | undefined {
  if (method !== 'GET' || query !== '')
    return { code: 'route_not_listed', detail: 'a file is fetched with GET, and without a query' };
  const range = headers.one('range');
  return range === undefined || readByteRange(range) !== undefined
    ? undefined
    : { code: 'range_refused', detail: 'a file takes one range at most, such as bytes=0-1023' };
}

/**
 * Takes a call of a data service from the canonical request to its outcome, in the order of docs/contract.md, Gateway: a plain
 * request, in touch, service, preflight, token; then grant, route, tenant, scope and limits (`authorizeCall`); the durable
 * record; and only then the upstream.
 */
export class CallHandler {
  constructor(private readonly parts: CallHandlerParts) {}

  /**
   * Decides about the call, and forwards or refuses it. Undefined if nothing is left to wait for: most calls are decided in this
   * turn, and a promise for each would cost more than the decision.
   */
  handle(exchange: Exchange): Promise<void> | undefined {
    const { authorizer, refusals, browsers } = this.parts;
    const { canonical } = exchange;
    const service = authorizer.service(canonical.service);
    const cors = exchange.mode === undefined ? service?.definition.cors : undefined;
    if (cors !== undefined) exchange.response.addFields(fieldsForOrigin(cors, canonical));
    authorizer.requireOneReading(canonical, service);
    if (!authorizer.isInTouch()) return refusals.unverified(exchange, null, 'not_in_touch', {});
    if (service === undefined) {
      return refusals.unverified(exchange, null, 'route_not_listed', { detail: 'the service is not known' });
    }
    if (cors !== undefined && isPreflight(canonical))
      return this.answerPreflight(exchange, service.definition, cors);
    return browsers.mayBySession(canonical)
      ? this.handleBySession(exchange, service)
      : this.handleWithToken(exchange, service, authorizer.verifyToken(canonical, service));
  }

  private async handleBySession(exchange: Exchange, service: PublishedRouteMap): Promise<void> {
    const token = await this.parts.browsers.verify(exchange, service);
    if (token !== undefined) await this.handleWithToken(exchange, service, token);
  }

  private handleWithToken(
    exchange: Exchange,
    service: PublishedRouteMap,
    token: TokenDecision,
  ): Promise<void> | undefined {
    const { authorizer, refusals } = this.parts;
    const { canonical, mode } = exchange;
    if (!token.ok) {
      const { reason, detail, noToken } = token;
      return refusals.unverified(exchange, canonical.service, 'invalid_token', { reason, detail, noToken });
    }
    const { claims } = token;
    const fileId = requestedFile(exchange, service);
    if (fileId !== undefined) return this.handleFile(exchange, token, fileId);
    // Three kinds of body are read before the decision: that of an approved change, whose hash is part of the terms, an SQL
    // statement, which its record contains, and a persisted operation, which says what the call is. Every other body streams.
    const runsSql = isDatabase(service.definition) && mode === undefined;
    const takesOperation = authorizer.takesOperation(canonical, claims);
    const hasOperationInBody = takesOperation && mode === undefined && canonical.method === 'POST';
    if (runsSql || hasOperationInBody || claims.terms.change !== undefined)
      return this.handleWithBody(exchange, token, { runsSql, takesOperation });
    if (takesOperation) exchange.operation = operationOf(exchange, undefined);
    return this.decide(exchange, token, callOf(exchange, undefined), NOTHING_READ);
  }

  /** Reads the body first, because the decision depends on it. */
  private async handleWithBody(
    exchange: Exchange,
    token: VerifiedToken,
    { runsSql, takesOperation }: { runsSql: boolean; takesOperation: boolean },
  ): Promise<void> {
    const { body, refused } = await readChangeBody(this.parts, exchange, token);
    if (refused !== undefined) return this.parts.refusals.decided(exchange, token.claims, refused);
    if (takesOperation) exchange.operation = operationOf(exchange, body);
    const refusedStatement = runsSql ? readStatement(exchange, body) : undefined;
    await this.decide(exchange, token, callOf(exchange, body), { body, refusedStatement });
  }

  /** Fetches a file whose presigned link the gateway keeps. The fetch is authorized like the call whose answer contained the link. */
  private handleFile(exchange: Exchange, token: VerifiedToken, id: string): Promise<void> | undefined {
    const { refusals, fileLinks } = this.parts;
    const { claims } = token;
    const { canonical } = exchange;
    const link = fileLinks.find(id, claims.digest, canonical.service);
    if (link === undefined) return refusals.decided(exchange, claims, { ...LINK_ENDED, match: null });
    const { method, path, query, queryNames, host } = link.call;
    const original = { method, path, query, queryNames: [...queryNames], host };
    // Record and refusals name that call, not the address of the file.
    const described = { ...exchange, canonical: { ...canonical, ...original } };
    const problem = fetchProblem(canonical);
    if (problem !== undefined) return refusals.decided(described, claims, { ...problem, match: null });
    return this.decide(described, token, { ...link.call, ...NO_CONTENT }, { link });
  }

  /** Decides about the call, and forwards or refuses it. Waits first if its grant, or a lease of its budget, may still arrive. */
  private decide(
    exchange: Exchange,
    token: VerifiedToken,
    call: Call,
    undecided: Undecided,
  ): Promise<void> | undefined {
    const { authorizer } = this.parts;
    const grantArrival = authorizer.waitForGrant(token.claims);
    if (grantArrival !== undefined)
      return grantArrival.then(() => this.decideWithBudget(exchange, token, call, undecided));
    const decision = authorizer.authorize(token, call);
    return !decision.allowed && decision.code === 'budget_exhausted'
      ? this.decideWithBudget(exchange, token, call, undecided)
      : this.carryOut(exchange, token, decision, undecided);
  }

  /** Decides, and as long as the call lacks only budget, waits for more of it. */
  private async decideWithBudget(
    exchange: Exchange,
    token: VerifiedToken,
    call: Call,
    undecided: Undecided,
  ): Promise<void> {
    const { authorizer, refusals } = this.parts;
    const { claims } = token;
    let decision = authorizer.authorize(token, call);
    for (;;) {
      const budgetArrival = authorizer.waitForBudget(claims, decision);
      if (budgetArrival === undefined) break;
      const refusal = await budgetArrival;
      if (refusal !== undefined) return refusals.decided(exchange, claims, refusal);
      decision = authorizer.authorize(token, call);
    }
    await this.carryOut(exchange, token, decision, undecided);
  }

  /** Must be called in the same turn as the decision: no other call may take the place or the budget in between. */
  private carryOut(
    exchange: Exchange,
    token: VerifiedToken,
    decision: CallDecision,
    { body, refusedStatement, link }: Undecided,
  ): Promise<void> | undefined {
    const { refusals, forwarding } = this.parts;
    const { claims } = token;
    if (!decision.allowed) return refusals.decided(exchange, claims, decision);
    if (refusedStatement !== undefined)
      return refusals.decided(exchange, claims, { ...refusedStatement, match: decision.match });
    return forwarding.run(exchange, token, decision, body, link);
  }

  /** Answers a preflight. A preflight is no call: it is counted, but not recorded and not forwarded. */
  private answerPreflight(exchange: Exchange, service: ServiceDefinition, cors: CorsRules): undefined {
    const { refusals, metrics } = this.parts;
    if (!isListedOrigin(cors, exchange.canonical)) {
      const detail = 'the service does not list this origin in `cors`';
      return refusals.unverified(exchange, service.name, 'route_not_listed', { detail });
    }
    metrics.preflight(service.name);
    exchange.response.send(204, preflightFields(service, cors), '');
  }
}

/**
 * Without the body no one can say what the call is. A GET may have one too, and some servers read a query in it: its type shows that
 * someone wants it read.
 */
const OPERATION_UNSEEN = {
  code: 'insufficient_scope',
  detail:
    'only a gateway that forwards the call itself can read the operation in a body: send the call to the gateway’s own address, or with GET and without Content-Type if a route has it',
} as const;

/** The persisted operation that a call names, or the refusal. */
function operationOf({ canonical, mode }: Exchange, body: ReadBody | undefined): Exchange['operation'] {
  const { method, query, headers } = canonical;
  const headerValues = (name: string) => headers.all(name);
  const mayBeInBody = method === 'POST' || headerValues('content-type').length > 0;
  if (mode !== undefined && mayBeInBody) return OPERATION_UNSEEN;
  const read = readOperation({ method, query, headerValues, body: body?.bytes });
  return 'reason' in read ? { code: 'operation_refused', ...read } : read;
}

/** Reads the statement of a call into `exchange.sql`, from which it is recorded and run. Returns the refusal if it may not run. */
function readStatement(exchange: Exchange, body: ReadBody | undefined): RefusedCall | undefined {
  try {
    exchange.sql = parseStatement(body?.bytes);
    return undefined;
  } catch (error) {
    if (!(error instanceof StatementRefused)) throw error;
    return { code: 'statement_refused', detail: error.message, match: null };
  }
}
