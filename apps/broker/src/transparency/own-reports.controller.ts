import { type Principal, readOwnReport } from '@countersign/access';
import { type PublishedReportAnswer, transparencyEndpoints } from '@countersign/api';
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal, Slug } from '../http/input.js';
import { ReportSigner } from './report-signer.js';

/** A tenant's own report, signed by the key of its log. */
@Controller('api/v1/tenants/:slug/transparency-reports')
export class OwnReportsController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly signer: ReportSigner,
  ) {}

  @Get(':period')
  @Allow('own-report.read')
  @Describe(transparencyEndpoints.own)
  async read(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Param('period') period: string,
  ): Promise<PublishedReportAnswer> {
    const report = await readOwnReport(this.deps, principal, slug, period);
    return { report, note: await this.signer.sign(slug, report) };
  }
}
