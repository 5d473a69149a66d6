import { Module } from '@nestjs/common';
import { GatewayApiModule } from '../gateway-api/gateway-api.module.js';
import { HttpModule } from '../http/http.module.js';
import { Gauges } from '../observe/gauges.js';
import { ObserveModule } from '../observe/observe.module.js';
import { StreamModule } from '../stream/stream.module.js';
import { HealthController } from './health.controller.js';
import { PrivateListener } from './private-listener.js';
import { Readiness } from './readiness.js';

/** Health and metrics, for the people who run the broker. */
@Module({
  imports: [HttpModule, GatewayApiModule, ObserveModule, StreamModule],
  controllers: [HealthController],
  providers: [Gauges, Readiness, PrivateListener],
})
export class HealthModule {}
