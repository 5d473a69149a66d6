import {
  confirmWidening,
  draftWideningStatement,
  getWidening,
  listWidenings,
  type Principal,
  withdrawWidening,
} from '@countersign/access';
import { type WideningConfirmationBody, type WideningListQuery, wideningEndpoints } from '@countersign/api';
import { isId } from '@countersign/contract';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Query, Slug } from '../http/input.js';
import { definedOnly, pageAnswer, readPage } from '../http/page.js';
import { wideningAnswer } from './widening-answer.js';

/** Widenings of privacy controls, which wait for the tenant's delay and a second admin. */
@Controller()
export class WideningsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(wideningEndpoints.list)
  async list(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: WideningListQuery,
  ) {
    const page = readPage(query, (text) => isId('wdn', text));
    const filter = definedOnly({ state: query.state });
    return pageAnswer(await listWidenings(this.deps, principal, slug, filter, page), wideningAnswer);
  }

  @Endpoint(wideningEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Id('wdn') id: string) {
    return wideningAnswer(await getWidening(this.deps, principal, slug, id));
  }

  @Endpoint(wideningEndpoints.statement)
  async statement(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Id('wdn') id: string) {
    const { statement, controls } = await draftWideningStatement(this.deps, principal, slug, id);
    return { statement, controls: { before: { ...controls.before }, after: { ...controls.after } } };
  }

  @Endpoint(wideningEndpoints.confirm)
  async confirm(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('wdn') id: string,
    @Body() { countersignature }: WideningConfirmationBody,
  ) {
    return wideningAnswer(await confirmWidening(this.deps, principal, slug, id, countersignature));
  }

  @Endpoint(wideningEndpoints.withdraw)
  async withdraw(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Id('wdn') id: string) {
    return wideningAnswer(await withdrawWidening(this.deps, principal, slug, id));
  }
}
