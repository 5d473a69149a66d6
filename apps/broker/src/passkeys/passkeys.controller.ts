import {
  addRecoveryKey,
  beginEnrolment,
  confirmPasskey,
  enrolPasskey,
  type ListedPasskey,
  type ListedRecoveryKey,
  listAuthenticators,
  type Principal,
  relyingPartyOf,
  removePasskey,
  type Session,
} from '@countersign/access';
import {
  type EnrolmentBody,
  type Passkey,
  type PasskeyBody,
  passkeyEndpoints,
  type RecoveryKeyBody,
} from '@countersign/api';
import { Controller, Inject, Param } from '@nestjs/common';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, CurrentSession, Slug } from '../http/input.js';
import { readRegistration, registrationOptions } from './webauthn-registration.js';

/** The passkeys and recovery keys of a customer’s people. */
@Controller()
export class PasskeysController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
  ) {}

  @Endpoint(passkeyEndpoints.options)
  async options(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @CurrentSession() session: Session,
    @Body() body: EnrolmentBody | undefined,
  ) {
    return registrationOptions(await beginEnrolment(this.deps, principal, slug, session.id, body?.origin));
  }

  @Endpoint(passkeyEndpoints.enrol)
  async enrol(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @CurrentSession() session: Session,
    @Body() { name, response, origin, consent }: PasskeyBody,
  ) {
    const relyingParty = await relyingPartyOf(this.deps, principal, slug, origin);
    // The schema has validated every member that the library reads; the library's type names more.
    const proven = await readRegistration(response as unknown as RegistrationResponseJSON, relyingParty);
    const cooling = this.settings.passkeyCooling;
    const by = { session: session.id, name, cooling, ...(consent === undefined ? {} : { consent }) };
    return passkeyAnswer(await enrolPasskey(this.deps, principal, slug, by, proven));
  }

  @Endpoint(passkeyEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    const { passkeys, recoveryKeys } = await listAuthenticators(this.deps, principal, slug);
    return { items: passkeys.map(passkeyAnswer), next: null, recoveryKeys: recoveryKeys.map(recoveryAnswer) };
  }

  @Endpoint(passkeyEndpoints.confirm)
  async confirm(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Param('credential') credential: string,
  ) {
    const { passkeyCooling } = this.settings;
    return passkeyAnswer(await confirmPasskey(this.deps, principal, slug, credential, passkeyCooling));
  }

  @Endpoint(passkeyEndpoints.remove)
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Param('credential') credential: string,
  ): Promise<void> {
    await removePasskey(this.deps, principal, slug, credential);
  }

  @Endpoint(passkeyEndpoints.addRecoveryKey)
  async recovery(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { jwk }: RecoveryKeyBody,
  ) {
    return recoveryAnswer(await addRecoveryKey(this.deps, principal, slug, jwk));
  }
}

const passkeyAnswer = (passkey: ListedPasskey): Passkey => {
  const { id, person, name, jwk, rpId, clientDataJson, attestationObject } = passkey;
  const { activeFrom, confirmedBy, createdAt, inTrust } = passkey;
  return {
    id,
    person,
    name,
    jwk,
    rpId,
    clientDataJSON: clientDataJson,
    attestationObject,
    activeFrom,
    confirmedBy,
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
