import { notFound, receiveSignal, tenantOfSide } from '@countersign/access';
import { signalEndpoints } from '@countersign/api';
import { isSlug } from '@countersign/contract';
import { Controller, Inject, Param, Req, UseFilters } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { HttpProblem } from '../http/problem.js';
import type { BrokerRequest } from '../http/request.js';
import { readBody } from '../http/request-body.js';
import { ProviderUnavailable } from '../sign-in/oidc-providers.js';
import { ProviderKeys } from './provider-keys.js';
import { SignalError, SignalErrorFilter } from './signal-error.js';
import { verifySet } from './verify-set.js';

const SET_TYPE = 'application/secevent+jwt';
/** Far more than a SET with every optional member needs. */
const MAX_SET_BYTES = 16 * 1024;

/**
 * Receives security events by push (RFC 8935). No credential is needed: the signature of the side's provider authenticates
 * the event, so an answer reveals nothing that a stranger could use.
 */
@Controller()
@UseFilters(SignalErrorFilter)
export class SignalsController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly keys: ProviderKeys,
  ) {}

  @Endpoint(signalEndpoints.push)
  async push(@Param('side') side: string, @Req() request: BrokerRequest): Promise<void> {
    const tenant = tenantOfSide(side);
    const settings = isSlug(side)
      ? await this.deps.store.directory.read((unit) => unit.organisation.signals(tenant))
      : null;
    if (settings === null) throw notFound('receiver of security events');
    if (request.is(SET_TYPE) === false || request.is(SET_TYPE) === null)
      throw new SignalError('invalid_request', `Send one event as ${SET_TYPE}.`);
    const token = (await readBody(request, MAX_SET_BYTES)).toString('latin1');
    const audience = settings.audience ?? `${this.settings.publicUrl}/signals/${side}/events`;
    const event = await this.orNotReady(() =>
      verifySet(token, {
        issuer: settings.issuer,
        audience,
        key: (kid, algorithm) => this.keys.find(settings, kid, algorithm),
        now: this.deps.clock.now(),
      }),
    );
    const outcome = await receiveSignal(this.deps, { tenant, issuer: settings.issuer, event });
    request.log.info({ side, events: event.events, outcome: outcome.kind }, 'a security event was received');
  }

  /** The transmitter sends the event again later. */
  private async orNotReady<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ProviderUnavailable)) throw error;
      throw new HttpProblem(
        'not_ready',
        'The provider’s keys cannot be read now. Send the event again later.',
      );
    }
  }
}
