import { Module } from '@nestjs/common';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { ProviderKeys } from './provider-keys.js';
import { SignalsController } from './signals.controller.js';

/** Security events of the sides' providers (OpenID Shared Signals). */
@Module({
  imports: [SignInModule],
  controllers: [SignalsController],
  providers: [ProviderKeys],
})
export class SignalsModule {}
