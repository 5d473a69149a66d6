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
import { Controller, Get, Inject, Post } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Allow } from '../http/access.decorators.js';
import { NeverWaits } from '../http/calls-at-once.guard.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Query, Slug } from '../http/input.js';

/** A customer's own signed stops, which gateways obey even if the broker objects. */
@Controller('api/v1/tenants/:slug')
export class StopsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get('stops/statement')
  @Allow('stop.draft')
  @NeverWaits()
  @Describe(stopEndpoints.stopStatement)
  async stopStatement(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: StopQuery,
  ) {
    return { statement: await draftStopStatement(this.deps, principal, slug, query.digest) };
  }

  @Get('stops')
  @Allow('trust.read')
  @Describe(stopEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    return { items: (await listStops(this.deps, principal, slug)).map(stopAnswer), next: null };
  }

  @Post('stops')
  @Allow('stop.write')
  @NeverWaits()
  @Describe(stopEndpoints.set)
  async set(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { countersignature }: SignedStop,
  ) {
    return stopAnswer(await setStop(this.deps, principal, slug, countersignature));
  }

  @Get('lifts/statement')
  @Allow('stop.draft')
  @Describe(stopEndpoints.liftStatement)
  async liftStatement(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() { stop }: LiftQuery,
  ) {
    return { statement: await draftLiftStatement(this.deps, principal, slug, stop) };
  }

  @Post('lifts')
  @Allow('stop.write')
  @Describe(stopEndpoints.lift)
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
