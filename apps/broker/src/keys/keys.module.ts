import { Module } from '@nestjs/common';
import { OwnKeysController } from './api-keys.controller.js';
import { BrokerTokenMinter, KeyRing } from './keys.js';
import { JwksController, OauthController } from './oauth.controller.js';

/** Signing keys and what they sign: tokens for gateways, API keys for programs. */
@Module({
  controllers: [OwnKeysController, OauthController, JwksController],
  providers: [KeyRing, BrokerTokenMinter],
  exports: [KeyRing, BrokerTokenMinter],
})
export class KeysModule {}
