import { Module } from '@nestjs/common';
import { CheckpointPublisher } from './checkpoint-publisher.js';
import { Checkpoints } from './checkpoints.js';
import { LogFilesController } from './log-files.controller.js';
import { LogKeepingController } from './log-keeping.controller.js';
import { LogProofs } from './log-tiles.js';
import { LogsController } from './logs.controller.js';
import { StatementSigner } from './statement-signer.js';
import { StatementsController } from './statements.controller.js';
import { Witnesses } from './witnesses.js';

/** Events and access records of a tenant, and its log with checkpoints and proofs. */
@Module({
  controllers: [LogsController, LogFilesController, LogKeepingController, StatementsController],
  providers: [Checkpoints, CheckpointPublisher, LogProofs, StatementSigner, Witnesses],
  exports: [Checkpoints, LogProofs, StatementSigner],
})
export class LogsModule {}
