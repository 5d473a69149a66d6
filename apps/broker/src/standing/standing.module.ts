import { Module } from '@nestjs/common';
import { StandingController } from './standing.controller.js';

/** What is open, and to whom. */
@Module({
  controllers: [StandingController],
})
export class StandingModule {}
