import { type BypassReport, listBypassReports, type Principal, reportBypass } from '@countersign/access';
import { bypassReportEndpoints, type NewBypassReport } from '@countersign/api';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Slug } from '../http/input.js';

/** Reports of calls that bypassed the gateway. */
@Controller()
export class BypassReportsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(bypassReportEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    return { items: (await listBypassReports(this.deps, principal, slug)).map(reportAnswer) };
  }

  @Endpoint(bypassReportEndpoints.report)
  async report(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() body: NewBypassReport,
  ) {
    return reportAnswer(await reportBypass(this.deps, principal, slug, body));
  }
}

const reportAnswer = ({ digest: _digest, ...report }: BypassReport) => report;
