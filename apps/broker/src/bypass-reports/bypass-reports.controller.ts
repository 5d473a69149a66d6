import { type BypassReport, listBypassReports, type Principal, reportBypass } from '@countersign/access';
import { bypassReportEndpoints, type NewBypassReport } from '@countersign/api';
import { Controller, Get, Inject, Post } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Slug } from '../http/input.js';

/** Reports of calls that bypassed the gateway. */
@Controller('api/v1/tenants/:slug/bypass-reports')
export class BypassReportsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('bypass.read')
  @Describe(bypassReportEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    return { items: (await listBypassReports(this.deps, principal, slug)).map(reportAnswer) };
  }

  @Post()
  @Allow('bypass.report')
  @Describe(bypassReportEndpoints.report)
  async report(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() body: NewBypassReport,
  ) {
    return reportAnswer(await reportBypass(this.deps, principal, slug, body));
  }
}

const reportAnswer = ({ digest: _digest, ...report }: BypassReport) => report;
