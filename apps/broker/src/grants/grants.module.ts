import { Module } from '@nestjs/common';
import { KeysModule } from '../keys/keys.module.js';
import { GrantsController } from './grants.controller.js';

/** Grants: their tokens, extension and end. */
@Module({
  imports: [KeysModule],
  controllers: [GrantsController],
})
export class GrantsModule {}
