import {
  eraseOpenings,
  getLogSettings,
  liftLegalHold,
  type Principal,
  setLegalHold,
  setLogSettings,
} from '@countersign/access';
import {
  type Erasure,
  type ErasureBody,
  type LegalHold,
  type LegalHoldBody,
  type LogSettings,
  type LogSettingsBody,
  logKeepingEndpoints,
} from '@countersign/api';
import { inStepsOf } from '@countersign/runtime';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Slug } from '../http/input.js';

/**
 * An erasure is answered after whole seconds. Under a gag it takes longer, because a copy is kept for the demand, and the time of the
 * answer must not tell that there is a demand (docs/decisions/0033-sealed-sub-log.md).
 */
const ERASURE_MS = 1_000;

/** How a tenant's log is kept: erasure of personal values, legal holds, and settings. */
@Controller()
export class LogKeepingController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(logKeepingEndpoints.readSettings)
  readSettings(@CurrentPrincipal() principal: Principal, @Slug() slug: string): Promise<LogSettings> {
    return getLogSettings(this.deps, principal, slug);
  }

  @Endpoint(logKeepingEndpoints.writeSettings)
  writeSettings(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() body: LogSettingsBody,
  ): Promise<LogSettings> {
    return setLogSettings(this.deps, principal, slug, body);
  }

  @Endpoint(logKeepingEndpoints.setHold)
  setHold(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { reason }: LegalHoldBody,
  ): Promise<LegalHold> {
    return setLegalHold(this.deps, principal, slug, reason);
  }

  @Endpoint(logKeepingEndpoints.liftHold)
  liftHold(@CurrentPrincipal() principal: Principal, @Slug() slug: string): Promise<void> {
    return liftLegalHold(this.deps, principal, slug);
  }

  @Endpoint(logKeepingEndpoints.erase)
  async erase(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() body: ErasureBody,
  ): Promise<Erasure> {
    const { fields, ...erased } = await inStepsOf(ERASURE_MS, () =>
      eraseOpenings(this.deps, principal, slug, body),
    );
    return { ...erased, fields: [...fields] };
  }
}
