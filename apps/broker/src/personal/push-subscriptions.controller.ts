import {
  AccessError,
  addPushSubscription,
  listPushSubscriptions,
  type Principal,
  type PushSubscription,
  readPushKey,
  removePushSubscription,
  type Session,
} from '@countersign/access';
import { type NewPushSubscription, pushSubscriptionEndpoints } from '@countersign/api';
import { Controller, Inject, Req } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, CurrentSession, Id } from '../http/input.js';
import type { BrokerRequest } from '../http/request.js';
import { isBrowserKey } from '../push/push-encryption.js';
import { PushServices } from '../push/push-services.js';
import { applicationServerKey } from '../push/vapid.js';

/** The browsers in which a person is notified. */
@Controller()
export class PushSubscriptionsController {
  private readonly services: PushServices;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) { pushServices }: BrokerSettings,
  ) {
    this.services = new PushServices(pushServices);
  }

  @Endpoint(pushSubscriptionEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Req() { caller }: BrokerRequest) {
    const session = caller?.kind === 'person' ? caller.session?.id : undefined;
    const [items, key] = await Promise.all([
      listPushSubscriptions(this.deps, principal),
      readPushKey(this.deps),
    ]);
    return {
      items: items.map((each) => subscriptionAnswer(each, session)),
      applicationServerKey: applicationServerKey(key.publicJwk),
    };
  }

  @Endpoint(pushSubscriptionEndpoints.add)
  async add(
    @CurrentPrincipal() principal: Principal,
    @CurrentSession() session: Session,
    @Body() { endpoint, keys: { p256dh, auth }, language }: NewPushSubscription,
  ) {
    // One answer for every other address, and no name is resolved for it: it says nothing about what exists.
    if (!this.services.allows(endpoint))
      throw invalid('The broker sends nothing to this address (address_refused).', '/endpoint');
    if (!isBrowserKey(p256dh)) throw invalid('This is not a public key on P-256.', '/keys/p256dh');
    const draft = { endpoint, p256dh, auth, language };
    return subscriptionAnswer(await addPushSubscription(this.deps, principal, session, draft), session.id);
  }

  @Endpoint(pushSubscriptionEndpoints.remove)
  async remove(@CurrentPrincipal() principal: Principal, @Id('psh') id: string): Promise<void> {
    await removePushSubscription(this.deps, principal, id);
  }
}

const invalid = (detail: string, pointer: string) => new AccessError('invalid_request', detail, { pointer });

const subscriptionAnswer = (
  { id, device, endpointHash, language, session, madeAt, expiresAt, lastAt, lastResult }: PushSubscription,
  current: string | undefined,
) => ({
  ...{ id, device, endpointHash, language, current: session === current },
  ...{ madeAt, expiresAt, lastAt, lastResult },
});
