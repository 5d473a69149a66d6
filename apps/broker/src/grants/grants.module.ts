import { Module } from '@nestjs/common';
import { KeysModule } from '../keys/keys.module.js';
import { EvaluationController } from './evaluation.controller.js';
import { GrantsController } from './grants.controller.js';

/** Grants: their tokens, extension and end. */
@Module({
  imports: [KeysModule],
  controllers: [GrantsController, EvaluationController],
})
export class GrantsModule {}
