import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { CliLoginController } from './cli-login.controller.js';
import { CliLogin } from './cli-login.js';
import { MailCodes } from './mail-codes.js';
import { OidcProviders } from './oidc-providers.js';
import { OidcSignIn } from './oidc-sign-in.js';
import { SessionController } from './session.controller.js';
import { SignInController } from './sign-in.controller.js';
import { SignInAttempts } from './sign-in-attempts.js';

/** Signing in and out, in browsers and on command lines. */
@Module({
  imports: [HttpModule],
  controllers: [SessionController, SignInController, CliLoginController],
  providers: [OidcProviders, SignInAttempts, OidcSignIn, CliLogin, MailCodes],
  exports: [SignInAttempts, OidcProviders],
})
export class SignInModule {}
