import { getStatement, listStatements, type Principal, readStatement } from '@countersign/access';
import { type StatementListQuery, type StatementSpan, statementEndpoints } from '@countersign/api';
import { Controller, Header, Inject, Param } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal, Query, Slug } from '../http/input.js';
import { pageAnswer, readPage } from '../http/page.js';
import { HttpProblem } from '../http/problem.js';
import { StatementSigner } from './statement-signer.js';

const TEXT = 'text/plain; charset=utf-8';
const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text);

/** Signed statements of every access in a span. */
@Controller()
export class StatementsController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly signer: StatementSigner,
  ) {}

  /** Tells gateways whose heads are wanted, and changes nothing else. */
  @Header('Content-Type', TEXT)
  @Endpoint(statementEndpoints.make)
  async make(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: StatementSpan,
  ): Promise<string> {
    const { span, facts } = await readStatement(this.deps, principal, slug, query);
    return (await this.signer.sign(slug, span, facts)).note;
  }

  @Endpoint(statementEndpoints.list)
  async list(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: StatementListQuery,
  ) {
    const page = readPage(query, isDay);
    return pageAnswer(await listStatements(this.deps, principal, slug, page), (each) => each);
  }

  @Header('Content-Type', TEXT)
  @Endpoint(statementEndpoints.read)
  async read(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Param('day') day: string,
  ): Promise<string> {
    if (!isDay(day)) throw new HttpProblem('not_found', 'There is no statement of that day.');
    return (await getStatement(this.deps, principal, slug, day)).note;
  }
}
