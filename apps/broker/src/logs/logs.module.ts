import { Module } from '@nestjs/common';
import { LogsController } from './logs.controller.js';

/** Events and access records of a tenant. */
@Module({
  controllers: [LogsController],
})
export class LogsModule {}
