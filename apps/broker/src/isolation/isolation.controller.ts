import { hasPassed, type IsolationRun, type Principal, readIsolation } from '@countersign/access';
import { type IsolationTest, isolationEndpoints } from '@countersign/api';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';

/** The newest isolation test. */
@Controller()
export class IsolationController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(isolationEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal): Promise<{ newest: IsolationTest | null }> {
    return { newest: answer(await readIsolation(this.deps, principal)) };
  }
}

function answer(run: IsolationRun | null): IsolationTest | null {
  if (run?.report == null || run.endedAt === null) return null;
  const { day, report, endedAt } = run;
  return { day, endedAt, passed: hasPassed(report), ...report };
}
