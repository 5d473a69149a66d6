import { Module } from '@nestjs/common';
import { ExportSender } from './export-sender.js';
import { ExportTargetsController } from './export-targets.controller.js';
import { ExportsController } from './exports.controller.js';

/** Logs in the formats of SIEMs: to read page by page, and streamed to receivers. */
@Module({
  controllers: [ExportsController, ExportTargetsController],
  providers: [ExportSender],
})
export class ExportsModule {}
