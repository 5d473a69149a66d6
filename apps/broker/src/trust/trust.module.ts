import { Module } from '@nestjs/common';
import { StopsController } from './stops.controller.js';
import { TrustController } from './trust.controller.js';

/** Trust documents and signed stops of a customer. */
@Module({
  controllers: [TrustController, StopsController],
})
export class TrustModule {}
