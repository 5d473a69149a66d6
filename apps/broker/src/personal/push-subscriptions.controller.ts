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
import { Controller, Delete, Get, Inject, Post, Req } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, CurrentSession, Id } from '../http/input.js';
import type { BrokerRequest } from '../http/request.js';
import { Destination, OutboundError } from '../outbound/destination.js';
import { isBrowserKey } from '../push/push-encryption.js';
import { applicationServerKey } from '../push/vapid.js';

/** The longest that the name of a push service may take to resolve. */
const RESOLVE_MS = 5_000;

/** The browsers in which a person is notified. */
@Controller('api/v1/push-subscriptions')
export class PushSubscriptionsController {
  private readonly destination: Destination;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) { outboundPrivate: allowPrivate }: BrokerSettings,
  ) {
    this.destination = new Destination({ allowPrivate });
  }

  @Get()
  @Allow('self.read')
  @Describe(pushSubscriptionEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Req() { caller }: BrokerRequest) {
    const session = caller?.kind === 'person' ? caller.session?.id : undefined;
    const [items, key] = await Promise.all([
      listPushSubscriptions(this.deps, principal),
      readPushKey(this.deps),
    ]);
    return {
      items: items.map((each) => subscriptionAnswer(each, session)),
      applicationServerKey: applicationServerKey(key),
    };
  }

  @Post()
  @Allow('push.add')
  @Describe(pushSubscriptionEndpoints.add)
  async add(
    @CurrentPrincipal() principal: Principal,
    @CurrentSession() session: Session,
    @Body() { endpoint, keys: { p256dh, auth }, language }: NewPushSubscription,
  ) {
    await this.requirePushService(endpoint);
    if (!isBrowserKey(p256dh)) throw invalid('This is no public key on P-256.', '/keys/p256dh');
    const draft = { endpoint, p256dh, auth, language };
    return subscriptionAnswer(await addPushSubscription(this.deps, principal, session, draft), session.id);
  }

  @Delete(':id')
  @Allow('push.remove')
  @Describe(pushSubscriptionEndpoints.remove)
  async remove(@CurrentPrincipal() principal: Principal, @Id('psh') id: string): Promise<void> {
    await removePushSubscription(this.deps, principal, id);
  }

  /** A browser names the address to which the broker will send, so it is checked now and again before each message. */
  private async requirePushService(endpoint: string): Promise<void> {
    const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
    if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
      throw invalid('This is no address of a push service.', '/endpoint');
    try {
      await this.destination.lookup(url, AbortSignal.timeout(RESOLVE_MS));
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw invalid(`The broker sends nothing to this address (${error.code}).`, '/endpoint');
    }
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
