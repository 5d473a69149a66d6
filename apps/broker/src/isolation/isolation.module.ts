import { Module } from '@nestjs/common';
import { IsolationController } from './isolation.controller.js';
import { IsolationJob } from './isolation.job.js';

/** The nightly test that no customer reads another one's data. */
@Module({
  controllers: [IsolationController],
  providers: [IsolationJob],
  exports: [IsolationJob],
})
export class IsolationModule {}
