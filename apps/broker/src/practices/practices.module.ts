import { Module } from '@nestjs/common';
import { PracticesController } from './practices.controller.js';

/** Practice requests of a tenant's approvers. */
@Module({
  controllers: [PracticesController],
})
export class PracticesModule {}
