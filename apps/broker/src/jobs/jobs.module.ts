import { Module } from '@nestjs/common';
import { GatewayApiModule } from '../gateway-api/gateway-api.module.js';
import { IsolationModule } from '../isolation/isolation.module.js';
import { LogsModule } from '../logs/logs.module.js';
import { ObserveModule } from '../observe/observe.module.js';
import { TransparencyModule } from '../transparency/transparency.module.js';
import { JobsService } from './jobs.service.js';

/** Recurring work. */
@Module({
  imports: [GatewayApiModule, IsolationModule, LogsModule, ObserveModule, TransparencyModule],
  providers: [JobsService],
})
export class JobsModule {}
