import {
  addRecoveryKey,
  beginEnrolment,
  enrolPasskey,
  type ListedPasskey,
  type ListedRecoveryKey,
  listAuthenticators,
  type Principal,
  relyingPartyOf,
  removePasskey,
  type Session,
} from '@countersign/access';
import { Controller, Delete, Get, Inject, Param, Post } from '@nestjs/common';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, OwnBrowser, Slug } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import {
  enrolmentBody,
  type PasskeyBody,
  passkeyBody,
  passkeyPage,
  passkeyShape,
  recoveryKeyBody,
  recoveryKeyShape,
} from './passkey-body.js';
import { readRegistration, registrationOptions } from './registration.js';

const OWN_BROWSER =
  'In the person’s own browser session alone: not with an API key, not after a mailed code, not from a command line.';

/** What a customer’s people sign with. */
@Controller('api/v1/tenants/:slug')
export class PasskeysController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Post('passkeys/options')
  @Allow('trust.sign')
  @Describe({
    summary: 'Begin to enrol a passkey of one’s own',
    description: `Its challenge is taken once, by this session, within five minutes. ${OWN_BROWSER}`,
    body: { schema: enrolmentBody, optional: true },
    answer: {
      status: 200,
      description:
        'What `navigator.credentials.create` is called with (PublicKeyCredentialCreationOptionsJSON).',
      schema: z.looseObject({ challenge: z.string(), rp: z.looseObject({ id: z.string() }) }),
    },
    errors: ['not_found', 'conflict'],
  })
  async options(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @OwnBrowser() session: Session,
    @Body() body: z.infer<typeof enrolmentBody> | undefined,
  ) {
    return registrationOptions(await beginEnrolment(this.deps, principal, slug, session.id, body?.origin));
  }

  @Post('passkeys')
  @Allow('trust.sign')
  @Describe({
    summary: 'Enrol the passkey that the browser made',
    description: `It signs proposals of trust documents from now on; it approves for a claimed tenant once one names it. ${OWN_BROWSER}`,
    body: { schema: passkeyBody },
    answer: { status: 201, description: 'The passkey.', schema: passkeyShape },
    errors: ['not_found', 'wrong_state', 'conflict'],
  })
  async enrol(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @OwnBrowser() session: Session,
    @Body() { name, response, origin }: PasskeyBody,
  ) {
    const relyingParty = await relyingPartyOf(this.deps, principal, slug, origin);
    // Judged above as far as it is read; the library takes the rest for what it is.
    const proven = await readRegistration(response as unknown as RegistrationResponseJSON, relyingParty);
    const by = { session: session.id, name };
    return passkeyAnswer(await enrolPasskey(this.deps, principal, slug, by, proven));
  }

  @Get('passkeys')
  @Allow('trust.read')
  @Describe({
    summary: 'List what a tenant’s people sign with',
    answer: {
      status: 200,
      description: 'All passkeys, oldest first, and recovery keys; `next` is null.',
      schema: passkeyPage,
    },
    errors: ['not_found'],
  })
  async list(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    const { passkeys, recoveryKeys } = await listAuthenticators(this.deps, principal, slug);
    return { items: passkeys.map(passkeyAnswer), next: null, recoveryKeys: recoveryKeys.map(recoveryAnswer) };
  }

  @Delete('passkeys/:credential')
  @Allow('trust.sign')
  @Describe({
    summary: 'Take a passkey away',
    description: `One’s own, or as an admin anybody’s. One that a trust document names goes with the next document. ${OWN_BROWSER}`,
    answer: { status: 204, description: 'It is gone.' },
    errors: ['not_found', 'conflict'],
  })
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Param('credential') credential: string,
  ): Promise<void> {
    await removePasskey(this.deps, principal, slug, credential);
  }

  @Post('recovery-keys')
  @Allow('trust.sign')
  @Describe({
    summary: 'Register the public half of a printed recovery key',
    description: `One a person: a new one takes the old one’s place. It signs trust documents, nothing else. ${OWN_BROWSER}`,
    body: { schema: recoveryKeyBody },
    answer: { status: 201, description: 'The key.', schema: recoveryKeyShape },
    errors: ['not_found', 'conflict'],
  })
  async recovery(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { jwk }: z.infer<typeof recoveryKeyBody>,
  ) {
    return recoveryAnswer(await addRecoveryKey(this.deps, principal, slug, jwk));
  }
}

const passkeyAnswer = (passkey: ListedPasskey): z.infer<typeof passkeyShape> => {
  const { id, person, name, jwk, rpId, clientDataJson, attestationObject, createdAt, inTrust } = passkey;
  return {
    id,
    person,
    name,
    jwk,
    rpId,
    clientDataJSON: clientDataJson,
    attestationObject,
    createdAt,
    inTrust,
  };
};

const recoveryAnswer = ({ id, person, jwk, createdAt, inTrust }: ListedRecoveryKey) => ({
  id,
  person,
  jwk,
  createdAt,
  inTrust,
});
