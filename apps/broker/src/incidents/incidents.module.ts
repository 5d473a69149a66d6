import { Module } from '@nestjs/common';
import { IncidentsController } from './incidents.controller.js';

/** One incident, many tenants. */
@Module({
  controllers: [IncidentsController],
})
export class IncidentsModule {}
