import { Module } from '@nestjs/common';
import { ServicesController } from './services.controller.js';

/** Data services and their route maps. */
@Module({
  controllers: [ServicesController],
})
export class ServicesModule {}
