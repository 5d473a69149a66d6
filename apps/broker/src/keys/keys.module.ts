import { Module } from '@nestjs/common';
import { JwksController } from './jwks.controller.js';
import { BrokerTokenMinter, KeyRing } from './keys.js';
import { OauthController } from './oauth.controller.js';
import { OwnKeysController } from './own-keys.controller.js';

/** Signing keys and what they sign: tokens for gateways, API keys for programs. */
@Module({
  controllers: [OwnKeysController, OauthController, JwksController],
  providers: [KeyRing, BrokerTokenMinter],
  exports: [KeyRing, BrokerTokenMinter],
})
export class KeysModule {}
