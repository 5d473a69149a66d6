import {
  draftLiftStatement,
  draftStopStatement,
  liftStop,
  listStops,
  type Principal,
  type Stop,
  setStop,
} from '@countersign/access';
import { type LiftQuery, type SignedStop, type StopQuery, stopEndpoints } from '@countersign/api';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { NeverWaits } from '../http/calls-at-once.guard.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Query, Slug } from '../http/input.js';

/** A customer's own signed stops, which gateways obey even if the broker objects. */
@Controller()
export class StopsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @NeverWaits()
  @Endpoint(stopEndpoints.stopStatement)
  async stopStatement(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: StopQuery,
  ) {
    return { statement: await draftStopStatement(this.deps, principal, slug, query.digest) };
  }

  @Endpoint(stopEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    return { items: (await listStops(this.deps, principal, slug)).map(stopAnswer), next: null };
  }

  @NeverWaits()
  @Endpoint(stopEndpoints.set)
  async set(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { countersignature }: SignedStop,
  ) {
    return stopAnswer(await setStop(this.deps, principal, slug, countersignature));
  }

  @Endpoint(stopEndpoints.liftStatement)
  async liftStatement(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() { stop }: LiftQuery,
  ) {
    return { statement: await draftLiftStatement(this.deps, principal, slug, stop) };
  }

  @Endpoint(stopEndpoints.lift)
  async lift(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { countersignature }: SignedStop,
  ) {
    return stopAnswer(await liftStop(this.deps, principal, slug, countersignature));
  }
}

const stopAnswer = ({ hash, digest, person, at, signature, liftedBy, liftedAt }: Stop) => ({
  hash,
  digest,
  person,
  at,
  countersignature: signature,
  liftedBy,
  liftedAt,
});
