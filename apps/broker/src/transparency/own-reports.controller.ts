import { type Principal, readOwnReport, reportCsv } from '@countersign/access';
import { type PublishedReportAnswer, transparencyEndpoints } from '@countersign/api';
import { Controller, Header, Inject, Param } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal, Slug } from '../http/input.js';
import { ReportSigner } from './report-signer.js';

/** A tenant's own report, signed by the key of its log. */
@Controller()
export class OwnReportsController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly signer: ReportSigner,
  ) {}

  @Endpoint(transparencyEndpoints.own)
  async read(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Param('period') period: string,
  ): Promise<PublishedReportAnswer> {
    const report = await readOwnReport(this.deps, principal, slug, period);
    return { report, note: await this.signer.sign(slug, report) };
  }

  @Header('Content-Type', 'text/csv; charset=utf-8')
  @Endpoint(transparencyEndpoints.ownCsv)
  async csv(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Param('period') period: string,
  ): Promise<string> {
    return reportCsv(await readOwnReport(this.deps, principal, slug, period));
  }
}
