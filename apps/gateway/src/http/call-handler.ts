import { type CorsRules, isDatabase, type ServiceDefinition } from '@countersign/contract';
import type { CallAuthorizer } from '../authorize/call-authorizer.js';
import type { BrowserCalls } from '../browser/browser-calls.js';
import type { OpenCalls } from '../budget/open-calls.js';
import type { Clock } from '../clock.js';
import type { RecordedForwarding } from '../forward/recorded-forwarding.js';
import type { GatewayMetrics } from '../metrics.js';
import { parseStatement, StatementRefused } from '../sql/sql-statement.js';
import type { CallRefusals, RefusedCall } from './call-refusals.js';
import { type ChangeBody, type ReadBody, readChangeBody } from './change-body.js';
import { fieldsForOrigin, isListedOrigin, isPreflight, preflightFields } from './cors.js';
import { callOf, type Exchange } from './exchange.js';

export type CallHandlerParts = {
  authorizer: CallAuthorizer;
  refusals: CallRefusals;
  /** Takes an allowed call, in the same turn as the decision. */
  forwarding: Pick<RecordedForwarding, 'run'>;
  /** Calls whose browser has a session in place of a token. */
  browsers: BrowserCalls;
  calls: OpenCalls;
  clock: Clock;
  metrics: Pick<GatewayMetrics, 'preflight'>;
  maxBodyBytes: number;
};

const NO_BODY: ChangeBody = {};

/**
 * Takes a call of a data service from the canonical request to its outcome, in the order of docs/contract.md, Gateway: a plain
 * request, in touch, service, preflight, token; then grant, route, tenant, scope and limits (`authorizeCall`); the durable
 * record; and only then the upstream.
 */
export class CallHandler {
  constructor(private readonly parts: CallHandlerParts) {}

  async handle(exchange: Exchange): Promise<void> {
    const { authorizer, refusals, forwarding, browsers } = this.parts;
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
    const token = browsers.mayBySession(canonical)
      ? await browsers.verify(exchange, service)
      : authorizer.verifyToken(canonical, service);
    if (token === undefined) return;
    if (!token.ok) {
      const { reason, detail, noToken } = token;
      return refusals.unverified(exchange, canonical.service, 'invalid_token', { reason, detail, noToken });
    }
    const { claims } = token;
    // Terms that approve one exact change need the body before the decision, and the record of a statement names it. Every
    // other body streams.
    const runsSql = isDatabase(service.definition) && exchange.mode === undefined;
    const isRead = runsSql || claims.terms.change !== undefined;
    const { body, refused } = isRead ? await readChangeBody(this.parts, exchange, token) : NO_BODY;
    if (refused !== undefined) return refusals.decided(exchange, claims, refused);
    const refusedStatement = runsSql ? takeStatement(exchange, body) : undefined;
    const grantArrival = authorizer.waitForGrant(claims);
    if (grantArrival !== undefined) await grantArrival;
    const call = callOf(exchange, body);
    let decision = authorizer.authorize(token, call);
    for (;;) {
      const budgetArrival = authorizer.waitForBudget(claims, decision);
      if (budgetArrival === undefined) break;
      const refusal = await budgetArrival;
      if (refusal !== undefined) return refusals.decided(exchange, claims, refusal);
      decision = authorizer.authorize(token, call);
    }
    // No `await` from this decision to the taking of place and budget in `forwarding.run`: another call could come between.
    if (!decision.allowed) return refusals.decided(exchange, claims, decision);
    if (refusedStatement !== undefined)
      return refusals.decided(exchange, claims, { ...refusedStatement, match: decision.match });
    await forwarding.run(exchange, token, decision, body);
  }

  /** Answers a preflight. A preflight is no call: it is counted, but not recorded and not forwarded. */
  private answerPreflight(exchange: Exchange, service: ServiceDefinition, cors: CorsRules): void {
    const { refusals, metrics } = this.parts;
    if (!isListedOrigin(cors, exchange.canonical)) {
      const detail = 'the service does not list this origin in `cors`';
      refusals.unverified(exchange, service.name, 'route_not_listed', { detail });
      return;
    }
    metrics.preflight(service.name);
    exchange.response.send(204, preflightFields(service, cors), '');
  }
}

/** Reads the statement of a call of a database, for its record and its run. Returns why it cannot run. */
function takeStatement(exchange: Exchange, body: ReadBody | undefined): RefusedCall | undefined {
  try {
    exchange.sql = parseStatement(body?.bytes);
    return undefined;
  } catch (error) {
    if (!(error instanceof StatementRefused)) throw error;
    return { code: 'statement_refused', detail: error.message, match: null };
  }
}
