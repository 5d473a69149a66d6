import { type Principal, readStanding, type StandingView } from '@countersign/access';
import { type Standing, type StandingQuery, standingEndpoints } from '@countersign/api';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal, Query } from '../http/input.js';
import { accessAnswer } from '../requests/request-answers.js';

/** Every way in that is open now. */
@Controller()
export class StandingController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(standingEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Query() query: StandingQuery): Promise<Standing> {
    const view = await readStanding(this.deps, principal, query.tenant ?? null);
    return { ...view, ways: view.ways.map(wayAnswer), zero: view.ways.length === 0 };
  }
}

const wayAnswer = ({ status, ...way }: StandingView['ways'][number]): Standing['ways'][number] => ({
  ...way,
  ...(status === null ? { access: null, accessReason: null } : accessAnswer(status)),
});
