import { withinTime } from '@countersign/runtime';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Public } from '../http/marks.js';
import { HttpProblem } from '../http/problem.js';
import { Unlimited } from '../http/rate-limit.guard.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { Metrics } from '../observe/metrics.js';
import { component } from '../openapi/components.js';
import { Lifecycle } from './lifecycle.js';

const READ_MS = 5_000;

const healthShape = component('Health', z.object({ status: z.enum(['ok', 'ready']) }));

/** For whoever runs the broker. Not rate limited: a probe that is refused looks like an outage. */
@Controller()
export class HealthController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly lifecycle: Lifecycle,
    private readonly metrics: Metrics,
  ) {}

  @Get('healthz')
  @Public()
  @Unlimited()
  @Describe({
    summary: 'Whether the process answers',
    answer: { status: 200, description: 'It does.', schema: healthShape },
  })
  healthz() {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Public()
  @Unlimited()
  @Describe({
    summary: 'Whether it can serve',
    description: 'It has read its store just now and is not stopping.',
    answer: { status: 200, description: 'It can.', schema: healthShape },
    errors: ['not_ready'],
  })
  async readyz() {
    if (this.lifecycle.stopping) throw new HttpProblem('not_ready', 'The broker is stopping.');
    if (!(await this.reads())) throw new HttpProblem('not_ready', 'The store cannot be read.');
    return { status: 'ready' };
  }

  @Get('metrics')
  @Public()
  @Unlimited()
  @Describe({
    summary: 'Metrics',
    answer: { status: 200, description: 'Prometheus text format.', type: 'text/plain' },
  })
  async show(@Res() response: Response): Promise<void> {
    const { registry } = this.metrics;
    response.type(registry.contentType).send(await registry.metrics());
  }

  /** A probe needs an answer sooner than the store gives up a database that does not answer. */
  private async reads(): Promise<boolean> {
    const reading = this.deps.store
      .readAsVendor((unit) => unit.feed.head())
      .then(
        () => true,
        () => false,
      );
    return (await withinTime(reading, READ_MS)) ?? false;
  }
}
