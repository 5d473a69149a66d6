import { forbidRules, isConsent, requiredApprovals } from '@countersign/access/policy';
import type { PinnedTrust } from '@countersign/authorization/signatures';
import {
  type CompiledRouteMap,
  ContractError,
  canonicalJson,
  compileRouteMap,
  forbidsCall,
  matchRoute,
  type OperationCall,
  type Route,
  type RouteMatch,
  resourceMatches,
  routeName,
  routeResourcePattern,
  type ServiceDefinition,
  SHARED,
  scopeAllows,
} from '@countersign/contract';
import type { LeafData, LeafOf } from '../leaf-data.js';
import type { Opened } from '../openings.js';
import { CLOCK_TOLERANCE_MS, STOP_TOLERANCE_MS, valuesWithin } from '../timeline.js';
import type { GrantEntry, GrantHistory } from './grant-history.js';
import type { ReplayContext } from './replay-context.js';

export type CallState = {
  /** Allowed calls without an outcome yet, with the grant of each. */
  open: Map<string, string>;
  count: number;
};

type Call = {
  data: LeafOf<'access.allowed'>;
  grant: GrantEntry;
  at: number;
  resource: string;
  action: string;
};
type Check = (call: Call) => void | Promise<void> | undefined;

/** Every allowed call: under a live grant, inside its scope, window and budget, and nothing had stopped or forbidden it. */
export class CallHistory {
  readonly #maps = new Map<string, CompiledRouteMap>();

  constructor(
    private readonly context: ReplayContext,
    private readonly grants: GrantHistory,
    readonly state: CallState = { open: new Map(), count: 0 },
  ) {}

  /** Takes `access.allowed` and `access.outcome`. */
  take(data: LeafOf): void | Promise<void> {
    if (data.type === 'access.allowed') return this.takeCall(data);
    if (data.type === 'access.outcome') this.takeOutcome(data);
  }

  /** Compares the path that a call's opening shows with its route. @throws LogFault `wrong_route`, `wrong_change` */
  takePath(data: LeafOf<'access.allowed'>, opened: Opened): void {
    const path = opened.get('path')?.value;
    const grant = this.grants.state.grants.get(data.members.grant);
    const map = grant === undefined ? undefined : this.mapOf(data, grant.terms.routes);
    if (path === undefined || grant === undefined) return;
    const { change } = grant.terms;
    if (change !== undefined && change.path !== path)
      throw data.fault('wrong_change', 'the call is not the change that was approved.');
    if (map === undefined) return;
    const operation = recordedOperation(
      data,
      this.context.deployment.mapOf(grant.terms.routes)?.routes ?? [],
    );
    const match = matchOf(map, data, path, operation);
    const isSame =
      match !== undefined &&
      routeName(match.route) === data.members.route &&
      match.resource === data.members.resource &&
      match.action === data.members.action &&
      (match.tenant === undefined || match.tenant === data.leaf.tenant);
    if (!isSame)
      throw data.fault('wrong_route', 'by the route map of its grant, the call was something else.');
  }

  private async takeCall(data: LeafOf<'access.allowed'>): Promise<void> {
    const call: Call = {
      ...{ data, grant: this.grants.find(data, data.members.grant), at: data.at },
      resource: data.required('resource', data.members.resource),
      action: data.required('action', data.members.action),
    };
    for (const check of this.checks) {
      const later = check(call);
      if (later !== undefined) await later;
    }
    // Without a gateway that forwards it, no outcome follows: the record says so itself.
    if (data.members.outcome === undefined) this.state.open.set(data.members.record, call.grant.id);
    this.state.count += 1;
    call.grant.calls += 1;
  }

  private takeOutcome(data: LeafOf<'access.outcome'>): void {
    const record = data.members.record;
    const grant = this.grants.state.grants.get(this.state.open.get(record) ?? '');
    const isOpen = this.state.open.delete(record);
    // The restore has lost the call, and the gap that this leaves in its chain is reported.
    if (!isOpen && this.context.wasRestoredBefore(data.at)) return;
    if (!isOpen || grant === undefined)
      throw data.fault('changed_record', 'the outcome is of no call that is open.');
    const { budget, change, requester } = grant.terms;
    if ((data.members.grant ?? grant.id) !== grant.id || (data.members.requester ?? requester) !== requester)
      throw data.fault('wrong_grant', 'the outcome is of another grant or person than its call.');
    grant.bytes += data.members.bytes === null ? 0 : data.count('bytes');
    if (budget?.bytes !== undefined && grant.bytes >= budget.bytes) grant.usedUpAt ??= data.at;
    const body = data.members.bodySha256;
    if (change !== undefined && body !== null && body !== change.bodySha256)
      throw data.fault('wrong_change', 'the body is not the one that was approved.');
  }

  /** Every check of an allowed call, in order. Each is named for what is true if it passes. */
  private readonly checks: readonly Check[] = [
    (call) => isOfItsGrant(call),
    (call) => statesFactsOfTerms(call),
    (call) => isEndedByItsMode(call),
    (call) => isInWindow(call),
    (call) => isBeforeTheEnd(call),
    (call) => hasToken(call),
    (call) => this.isInScope(call),
    (call) => isInBudget(call),
    (call) => isTheChange(call),
    (call) => this.nothingIsLocked(call),
    (call) => this.nothingForbids(call),
    (call) => this.routeIsListed(call),
    (call) => this.trustAllows(call),
  ];

  /** Every grant opens the shared routes of its map. If the map is not opened, `routeIsListed` warns of the call. */
  private isInScope({ data, grant, resource, action }: Call): void {
    if (scopeAllows(grant.terms.scope, resource, action)) return;
    const path = data.required('route', data.members.route);
    const isShared =
      resource === SHARED.resource &&
      action === SHARED.action &&
      this.context.deployment
        .mapOf(grant.terms.routes)
        ?.routes.some((route) => route.shared && routeName(route) === path);
    if (isShared === false || resource !== SHARED.resource || action !== SHARED.action)
      throw data.fault('out_of_scope', `the scope does not allow “${action}” on ${resource}.`);
  }

  private nothingIsLocked({ data, grant, at }: Call): void {
    const { deployment, locks, trust } = this.context;
    const { tenant, requester: person, service } = grant.terms;
    const since = at - STOP_TOLERANCE_MS;
    const access = { tenant, person, service, grant: grant.id };
    if (locks.blockedThroughout(access, since, at) || deployment.locks.blockedThroughout(access, since, at))
      throw data.fault('locked', 'the tenant, the person, the service or the grant was locked.');
    if (trust.stoppedThroughout(grant.digest, since, at))
      throw data.fault('stopped', 'the customer had stopped this access.');
  }

  /**
   * A changed rule reaches gateways within seconds, and a gateway's clock may be behind the broker's that dated the change: one
   * version of that span has to allow the call.
   */
  private nothingForbids({ data, grant, at, resource, action }: Call): void {
    const { controls: history } = this.context.tenant.state;
    const controls = valuesWithin(history, at - STOP_TOLERANCE_MS, at + CLOCK_TOLERANCE_MS);
    const isAllowed = controls.some(
      (each) =>
        each !== null &&
        (each.requireGateway !== true || data.members.mode === 'gateway') &&
        !forbidRules(each, { document: null }).some((rule) =>
          forbidsCall(rule, grant.terms.service, resource, action),
        ),
    );
    if (!isAllowed)
      throw data.fault('forbidden', 'the tenant’s controls forbade this, or required the gateway itself.');
  }

  private routeIsListed({ data, grant, resource, action }: Call): void {
    const definition = this.context.deployment.mapOf(grant.terms.routes);
    if (definition === undefined) {
      const detail = 'A route map is not opened to you, so the call’s route was not compared with it.';
      this.context.warnings.add('route_map_unknown', detail, data.index);
      return;
    }
    const path = data.required('route', data.members.route);
    const isListed = definition.routes.some(
      (route) =>
        routeName(route) === path &&
        route.action === action &&
        resourceMatches(routeResourcePattern(route), resource),
    );
    if (!isListed) throw data.fault('wrong_route', 'the route map of the grant has no such route.');
  }

  /**
   * A gateway that has pinned the tenant names the trust document that it applied. The call must be allowed by that version,
   * and the version must have been in force.
   */
  private trustAllows(call: Call): Promise<void> | undefined {
    const { data, at } = call;
    const { trust } = this.context;
    const hash = data.members.trust;
    if (hash === null) return this.unpinnedGatewayAllows(call);
    const pinned = trust
      .pinnedWithin(at - STOP_TOLERANCE_MS, at + STOP_TOLERANCE_MS)
      .find((version) => version.hash === hash);
    if (pinned === undefined)
      throw data.fault('not_countersigned', 'the trust document that the gateway applied was not in force.');
    return this.requireDocument(call, pinned);
  }

  /**
   * A gateway that has not pinned the tenant applies no trust document. Then the broker alone did, when it minted the token: the
   * call must be what a document allowed that was in force since.
   */
  private async unpinnedGatewayAllows(call: Call): Promise<void> {
    const { data, at } = call;
    const { trust, warnings } = this.context;
    if (!trust.wasClaimedBefore(at)) return;
    const minted = Math.min(...tokensOf(call).map(([from]) => from)) - CLOCK_TOLERANCE_MS;
    // A token from before the claim needed no document.
    const documents = trust.wasClaimedBefore(minted)
      ? trust.pinnedWithin(minted, at + STOP_TOLERANCE_MS)
      : [];
    let objection: unknown;
    for (const document of documents) {
      objection = await this.requireDocument(call, document).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (objection === undefined) break;
    }
    if (objection !== undefined) throw objection;
    warnings.add(
      'unpinned_gateway',
      `${data.members.gateway} had not pinned your trust document, so it did not check the call by it.`,
      data.index,
    );
  }

  private async requireDocument(
    { data, grant, at, resource, action }: Call,
    pinned: PinnedTrust,
  ): Promise<void> {
    const { document } = pinned;
    const { basis, seconds, service } = grant.terms;
    if (at >= Date.parse(document.validUntil) + CLOCK_TOLERANCE_MS)
      throw data.fault('not_countersigned', 'the trust document had expired.');
    if (document.forbid.some((rule) => forbidsCall(rule, service, resource, action)))
      throw data.fault('forbidden', 'the tenant’s trust document forbade this.');
    if (!isConsent(basis)) {
      const isAccepted = document.bases.some(
        (each) =>
          each.basis === basis &&
          each.services.includes(service) &&
          each.actions.includes(action) &&
          seconds <= each.maxSeconds,
      );
      if (!isAccepted)
        throw data.fault('not_countersigned', 'the trust document does not accept this basis.');
      return;
    }
    if (document.countersign.exceptActions.includes(action) && grant.terms.unmasked !== true) return;
    const { controls } = this.context.tenant;
    const required = controls === null ? document.approvals : requiredApprovals(controls, pinned);
    const objection = await this.grants.countersignObjection(grant, pinned, required);
    if (objection !== undefined)
      throw data.fault('not_countersigned', `the trust document requires more: ${objection}.`);
  }

  /** @throws LogFault `wrong_route` for a map that breaks a rule: gateways open nothing by it */
  private mapOf(data: LeafData, routes: string): CompiledRouteMap | undefined {
    const definition = this.context.deployment.mapOf(routes);
    const known = this.#maps.get(routes);
    if (known !== undefined || definition === undefined) return known;
    const compiled = compiledMap(definition);
    if (compiled === undefined) throw data.fault('wrong_route', 'the route map of its grant breaks a rule.');
    this.#maps.set(routes, compiled);
    return compiled;
  }
}

/** Undefined for a map that breaks a rule. */
const compiledMap = (definition: ServiceDefinition): CompiledRouteMap | undefined =>
  unlessRefused(() => compileRouteMap(definition));

/** Undefined if gateways refuse the path by this map. */
const matchOf = (
  map: CompiledRouteMap,
  data: LeafOf<'access.allowed'>,
  target: string,
  operation: OperationCall | undefined,
): RouteMatch | undefined =>
  unlessRefused(() => matchRoute(map, data.members.method, target.split('?')[0] ?? '', operation));

function unlessRefused<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return undefined;
  }
}

/**
 * The persisted operation that a record names in its route, with the variables that its resource and tenant say it had: the record has no
 * others. Undefined if the route has no operation.
 */
function recordedOperation(
  data: LeafOf<'access.allowed'>,
  routes: readonly Route[],
): OperationCall | undefined {
  const name = data.members.route;
  const route = routes.find((each) => each.graphql !== undefined && routeName(each) === name);
  if (route?.graphql === undefined) return undefined;
  const { sha256, operation, variables = {} } = route.graphql;
  const segments = data.required('resource', data.members.resource).split('/');
  const places = route.resource.split('/');
  const values = new Map(
    Object.entries(variables).map(([variable, pointer]) => [
      pointer,
      variable === 'tenant' ? data.leaf.tenant : segments[places.indexOf(`{${variable}}`)],
    ]),
  );
  return { sha256, operation, variable: (pointer) => values.get(pointer) ?? '', texts: () => [] };
}

function isOfItsGrant({ data, grant }: Call): void {
  const { digest, terms } = grant;
  const isSame =
    data.members.digest === digest &&
    data.members.request === terms.request &&
    data.members.requester === terms.requester &&
    data.members.service === terms.service;
  if (!isSame)
    throw data.fault(
      'wrong_grant',
      'the call is of another request, person, service or digest than its grant.',
    );
}

/** The gateway writes the facts of the terms that it has verified, or none if they state none. */
function statesFactsOfTerms({ data, grant }: Call): void {
  const { requesterFacts } = data.members;
  if (canonicalJson(requesterFacts ?? null) !== canonicalJson(grant.terms.requesterFacts ?? null))
    throw data.fault(
      'wrong_facts',
      'the record states another place or employer than the terms of its grant.',
    );
}

/** Only a call that a gateway did not forward has no outcome of its own. Otherwise its bytes would count for no budget. */
function isEndedByItsMode({ data }: Call): void {
  if (
    data.members.outcome !== undefined &&
    (data.members.mode === 'gateway' || data.members.outcome !== 'unknown')
  )
    throw data.fault('changed_record', 'the record of a call through the gateway has no outcome of its own.');
}

function isInWindow({ data, grant, at }: Call): void {
  const { startsAt, endsAt, isStarted } = grant;
  const isInside =
    isStarted &&
    startsAt !== null &&
    endsAt !== null &&
    at >= startsAt - CLOCK_TOLERANCE_MS &&
    at < endsAt + CLOCK_TOLERANCE_MS;
  if (!isInside) throw data.fault('outside_window', 'the call lies outside the window of its grant.');
}

function isBeforeTheEnd({ data, grant, at }: Call): void {
  if (grant.endedAt !== null && at >= grant.endedAt + STOP_TOLERANCE_MS)
    throw data.fault('after_end', 'the grant had ended.');
}

/** The tokens that cover a call. A gateway's clock may be ahead of the broker's, or behind it. */
const tokensOf = ({ grant, at }: Call): GrantEntry['tokens'] =>
  grant.tokens.filter(([from, to]) => at >= from - CLOCK_TOLERANCE_MS && at < to + CLOCK_TOLERANCE_MS);

function hasToken(call: Call): void {
  if (tokensOf(call).length === 0) throw call.data.fault('no_token', 'no token of the grant was valid then.');
}

function isInBudget({ data, grant }: Call): void {
  const { calls } = grant.terms.budget ?? {};
  if (calls !== undefined && grant.calls >= calls)
    throw data.fault('over_budget', `the budget is ${calls} call(s).`);
  // Calls that run at once may pass the limit together: they began before the first of them had ended.
  if (grant.usedUpAt !== null && data.at > grant.usedUpAt + STOP_TOLERANCE_MS)
    throw data.fault('over_budget', 'the budget of bytes was used up.');
}

function isTheChange({ data, grant }: Call): void {
  const { change } = grant.terms;
  if (change !== undefined && change.method !== data.members.method)
    throw data.fault('wrong_change', 'the call is not the change that was approved.');
}
