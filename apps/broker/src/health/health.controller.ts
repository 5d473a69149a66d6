import { type Health, healthEndpoints } from '@countersign/api';
import { Controller, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Endpoint } from '../http/endpoint.js';
import { Unlimited } from '../http/rate-limit.guard.js';
import { Readiness } from './readiness.js';

/**
 * For load balancers and other probes. It has no rate limit, because a refused probe looks like an outage. Anyone can call
 * it, so it says nothing else; the private listener has the details.
 */
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Unlimited()
  @Endpoint(healthEndpoints.healthz)
  healthz(): Health {
    return { status: 'ok' };
  }

  @Unlimited()
  @Endpoint(healthEndpoints.readyz)
  async readyz(@Res({ passthrough: true }) response: Response): Promise<Health> {
    const { status } = await this.readiness.read();
    response.status(status === 'ok' ? 200 : 503);
    return { status };
  }
}
