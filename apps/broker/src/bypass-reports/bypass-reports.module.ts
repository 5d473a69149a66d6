import { Module } from '@nestjs/common';
import { BypassReportsController } from './bypass-reports.controller.js';

/** Reports of calls that bypassed the gateway. */
@Module({
  controllers: [BypassReportsController],
})
export class BypassReportsModule {}
