import { decisionTimes, type Principal } from '@countersign/access';
import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal, Slug } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component } from '../openapi/components.js';

const timesShape = component(
  'DecisionTimes',
  z.object({
    count: z.int().describe('Decisions that were looked at, at most 50.'),
    median: z.number().nullable().describe('Seconds; null where there are fewer than 5 decisions.'),
    p90: z.number().nullable(),
  }),
);

@Controller('api/v1/tenants/:slug/decision-times')
export class DecisionTimesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('request.read')
  @Describe({
    summary: 'How long a tenant usually takes to decide',
    description: 'From its turn to its first decision, over its last requests that were approved or denied.',
    answer: { status: 200, description: 'The times.', schema: timesShape },
    errors: ['not_found'],
  })
  read(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    return decisionTimes(this.deps, principal, slug);
  }
}
