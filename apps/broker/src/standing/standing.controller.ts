import { type Principal, readStanding, type StandingView } from '@countersign/access';
import { type Standing, type StandingQuery, standingEndpoints } from '@countersign/api';
import { Controller, Get, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal, Query } from '../http/input.js';
import { accessAnswer } from '../requests/request-answers.js';

/** Every way in that is open now. */
@Controller('api/v1/standing')
export class StandingController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('standing.read')
  @Describe(standingEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Query() query: StandingQuery): Promise<Standing> {
    const view = await readStanding(this.deps, principal, query.tenant ?? null);
    return { ...view, ways: view.ways.map(wayAnswer), zero: view.ways.length === 0 };
  }
}

const wayAnswer = ({ status, ...way }: StandingView['ways'][number]): Standing['ways'][number] => ({
  ...way,
  ...(status === null ? { access: null, accessReason: null } : accessAnswer(status)),
});
