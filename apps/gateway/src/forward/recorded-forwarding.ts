import { isDatabase } from '@countersign/contract';
import type { VerifiedToken } from '../authorize/call-authorizer.js';
import { type FileLink, LINK_ENDED } from '../files/file-links.js';
import type { ObjectStorages } from '../files/object-storages.js';
import type { RefusedCall } from '../http/call-refusals.js';
import type { ReadBody } from '../http/change-body.js';
import { type Exchange, isArriving, openCallOf } from '../http/exchange.js';
import { NOT_FOR_SQL } from '../sql/sql-database.js';
import type { AllowedDecision } from './allowed-decision.js';
import { CallInProgress, type CallInProgressParts, type Destination } from './call-in-progress.js';
import { type CallContexts, CONTEXT_KEY_MISSING, type ServiceContext } from './signed-context.js';
import { TLS_FILES_UNUSABLE, type Upstreams } from './upstreams.js';

type RecordedForwardingParts = CallInProgressParts & {
  contexts: CallContexts;
  upstreams: Upstreams;
  storages: ObjectStorages;
};

/**
 * Runs an allowed call: takes its place and its budget, makes its record durable, and only then forwards it (P5); then
 * records the outcome. A crash after the record leaves a call without an outcome, which the next run records as
 * `unknown`.
 */
export class RecordedForwarding {
  constructor(private readonly parts: RecordedForwardingParts) {}

  /**
   * Must be called in the same turn as the decision: no other call may take the place or the budget in between. It returns at
   * once: every call passes through here, and a JavaScript promise for each would cost more than its decision.
   */
  run(
    exchange: Exchange,
    token: VerifiedToken,
    decision: AllowedDecision,
    body: ReadBody | undefined,
    link?: FileLink,
  ): undefined {
    const { claims } = token;
    const { calls, budgets, recorder, clock, refusals, authorizer } = this.parts;
    const { grant } = decision;
    const destination =
      link === undefined ? this.upstreamOf(exchange, token, decision) : this.storageOf(link, decision);
    if ('code' in destination) return refusals.decided(exchange, claims, destination);
    const endsAt = Math.min(grant.endsAt, claims.grant_exp * 1000);
    // A body that had to be read before the decision is here already.
    const bodyIsArriving = body === undefined && isArriving(exchange);
    const call = openCallOf(exchange, token, { endsAt, beganAt: clock.monotonic(), bodyIsArriving });
    const record = recorder.newId();
    const allowed = { exchange, claims, decision, body, link, call, record, destination };
    const inProgress = new CallInProgress(this.parts, allowed);
    calls.add(call);
    budgets.takeCall(claims.digest, grant);
    inProgress.start(() => authorizer.persistDigest(claims, grant));
  }

  /** The upstream of the call; or the refusal, if this host lacks a file (TLS, context key) that the upstream needs. */
  private upstreamOf(
    { sql }: Exchange,
    { claims }: VerifiedToken,
    decision: AllowedDecision,
  ): Destination | RefusedCall {
    const { authorizer, upstreams, contexts, clock } = this.parts;
    const { match } = decision;
    const { definition } = decision.map;
    const settings = authorizer.upstreamSettings(definition.name);
    const { url, carrier } = upstreams.at(definition, settings);
    if (carrier === undefined) return { ...TLS_FILES_UNUSABLE, match };
    // A database gets no headers. The gateway proves the tenant to it within the transaction (`tenantProof`).
    const mode = isDatabase(definition) ? 'none' : settings.context;
    const context = contexts.of(definition.name, mode, clock.now());
    if (context === undefined) return { ...CONTEXT_KEY_MISSING, match };
    if ('pool' in carrier)
      return { url, sender: carrier.pool, context, hasOverlay: settings.overlay === true };
    if (sql === undefined || claims.terms.change !== undefined) return { ...NOT_FOR_SQL, match };
    const sender = carrier.database.sender(sql, { tenant: match.tenant, digest: claims.digest });
    return { url, sender, context, hasOverlay: false };
  }

  /** The storage of a link; or the refusal, if the route maps no longer list that storage. */
  private storageOf({ origin }: FileLink, { links, match }: AllowedDecision): Destination | RefusedCall {
    const hosts = links?.hosts ?? [];
    if (!hosts.includes(origin)) return { ...LINK_ENDED, match };
    const sender = this.parts.storages.at(origin, hosts);
    return { url: new URL(origin), sender, context: UNSIGNED, hasOverlay: false };
  }
}

/** A storage gets no signed context: it is not the vendor's service, and the link is all that it needs. */
const UNSIGNED: ServiceContext = { mode: 'none', sign: undefined };
