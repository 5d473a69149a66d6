import { Module } from '@nestjs/common';
import { KeysModule } from '../keys/keys.module.js';
import { IsolationController } from './isolation.controller.js';
import { IsolationJob } from './isolation.job.js';

/** The nightly test that no customer reads another one's data. */
@Module({
  imports: [KeysModule],
  controllers: [IsolationController],
  providers: [IsolationJob],
  exports: [IsolationJob],
})
export class IsolationModule {}
