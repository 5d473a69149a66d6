import { Module } from '@nestjs/common';
import { RequestsController } from './requests.controller.js';

/** Requests for access: making, reviewing, cancelling. */
@Module({
  controllers: [RequestsController],
})
export class RequestsModule {}
