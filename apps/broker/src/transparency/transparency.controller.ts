import {
  listReports,
  type Principal,
  type PublishedReport,
  readReport,
  reportCsv,
  type TransparencyReport,
  traceFigure,
} from '@countersign/access';
import { type PublishedReportAnswer, transparencyEndpoints } from '@countersign/api';
import { Controller, Header, Inject, Param } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';

/** Reports about all tenants, for everyone who is signed in. */
@Controller()
export class TransparencyController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(transparencyEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal) {
    return { items: await listReports(this.deps, principal), next: null };
  }

  @Endpoint(transparencyEndpoints.read)
  async read(
    @CurrentPrincipal() principal: Principal,
    @Param('period') period: string,
  ): Promise<PublishedReportAnswer> {
    const found = await readReport(this.deps, principal, period);
    return { report: parseReport(found), note: found.note };
  }

  @Header('Content-Type', 'application/json; charset=utf-8')
  @Endpoint(transparencyEndpoints.json)
  async json(@CurrentPrincipal() principal: Principal, @Param('period') period: string): Promise<string> {
    return (await readReport(this.deps, principal, period)).document;
  }

  @Header('Content-Type', 'text/csv; charset=utf-8')
  @Endpoint(transparencyEndpoints.csv)
  async csv(@CurrentPrincipal() principal: Principal, @Param('period') period: string): Promise<string> {
    return reportCsv(parseReport(await readReport(this.deps, principal, period)));
  }

  @Endpoint(transparencyEndpoints.trace)
  trace(
    @CurrentPrincipal() principal: Principal,
    @Param('period') period: string,
    @Param('figure') figure: string,
  ) {
    return traceFigure(this.deps, principal, period, figure);
  }
}

const parseReport = ({ document }: PublishedReport): TransparencyReport =>
  JSON.parse(document) as TransparencyReport;
