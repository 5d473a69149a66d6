import { Module } from '@nestjs/common';
import { PasskeysController } from './passkeys.controller.js';

/** Passkeys and recovery keys of a customer’s people. */
@Module({
  controllers: [PasskeysController],
})
export class PasskeysModule {}
