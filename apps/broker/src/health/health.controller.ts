import { type Health, healthEndpoints } from '@countersign/api';
import { withinTime } from '@countersign/runtime';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Public } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { HttpProblem } from '../http/problem.js';
import { Unlimited } from '../http/rate-limit.guard.js';
import { Shutdown } from '../http/shutdown.js';
import { Metrics } from '../observe/metrics.js';

const READ_MS = 5_000;

/** For the people who run the broker. It has no rate limit, because a refused probe looks like an outage. */
@Controller()
export class HealthController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly shutdown: Shutdown,
    private readonly metrics: Metrics,
  ) {}

  @Get('healthz')
  @Public()
  @Unlimited()
  @Describe(healthEndpoints.healthz)
  healthz(): Health {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Public()
  @Unlimited()
  @Describe(healthEndpoints.readyz)
  async readyz(): Promise<Health> {
    if (this.shutdown.stopping) throw new HttpProblem('not_ready', 'The broker is stopping.');
    if (!(await this.reads())) throw new HttpProblem('not_ready', 'The store cannot be read.');
    return { status: 'ready' };
  }

  @Get('metrics')
  @Public()
  @Unlimited()
  @Describe(healthEndpoints.metrics)
  async show(@Res() response: Response): Promise<void> {
    const { registry } = this.metrics;
    response.type(registry.contentType).send(await registry.metrics());
  }

  /** A probe needs an answer sooner than the store gives up a database that does not answer. */
  private async reads(): Promise<boolean> {
    const reading = this.deps.store.feed
      .read((unit) => unit.feed.head())
      .then(
        () => true,
        () => false,
      );
    return (await withinTime(reading, READ_MS)) ?? false;
  }
}
