import { Module } from '@nestjs/common';
import { LogsModule } from '../logs/logs.module.js';
import { OwnReportsController } from './own-reports.controller.js';
import { ReportSigner } from './report-signer.js';
import { TransparencyController } from './transparency.controller.js';

/** Half-yearly transparency reports. */
@Module({
  imports: [LogsModule],
  controllers: [TransparencyController, OwnReportsController],
  providers: [ReportSigner],
  exports: [ReportSigner],
})
export class TransparencyModule {}
