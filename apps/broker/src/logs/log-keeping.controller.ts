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
import { Controller, Delete, Get, HttpCode, Inject, Post, Put } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Slug } from '../http/input.js';

/**
 * An erasure is answered after whole seconds. Under a gag it takes longer, because a copy is kept for the demand, and the time of the
 * answer must not tell that there is a demand (docs/decisions/0033-sealed-sub-log.md).
 */
const ERASURE_MS = 1_000;

/** How a tenant's log is kept: erasure of personal values, legal holds, and settings. */
@Controller('api/v1/tenants/:slug')
export class LogKeepingController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get('log-settings')
  @Allow('log-settings.read')
  @Describe(logKeepingEndpoints.readSettings)
  readSettings(@CurrentPrincipal() principal: Principal, @Slug() slug: string): Promise<LogSettings> {
    return getLogSettings(this.deps, principal, slug);
  }

  @Put('log-settings')
  @Allow('log-settings.write')
  @Describe(logKeepingEndpoints.writeSettings)
  writeSettings(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() body: LogSettingsBody,
  ): Promise<LogSettings> {
    return setLogSettings(this.deps, principal, slug, body);
  }

  @Post('legal-hold')
  @Allow('log.hold')
  @Describe(logKeepingEndpoints.setHold)
  setHold(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { reason }: LegalHoldBody,
  ): Promise<LegalHold> {
    return setLegalHold(this.deps, principal, slug, reason);
  }

  @Delete('legal-hold')
  @Allow('log.hold')
  @HttpCode(204)
  @Describe(logKeepingEndpoints.liftHold)
  liftHold(@CurrentPrincipal() principal: Principal, @Slug() slug: string): Promise<void> {
    return liftLegalHold(this.deps, principal, slug);
  }

  @Post('erasures')
  @Allow('log.erase')
  @Describe(logKeepingEndpoints.erase)
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
