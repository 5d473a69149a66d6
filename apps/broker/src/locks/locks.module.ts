import { Module } from '@nestjs/common';
import { LocksController } from './locks.controller.js';

/** Locks of tenants, people and services. */
@Module({
  controllers: [LocksController],
})
export class LocksModule {}
