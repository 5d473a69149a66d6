import { Module } from '@nestjs/common';
import { Metrics } from './metrics.js';

/** What the broker counts and measures. */
@Module({
  providers: [Metrics],
  exports: [Metrics],
})
export class ObserveModule {}
