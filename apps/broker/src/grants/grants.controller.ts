import {
  extendGrant,
  type GrantView,
  getGrant,
  type IdempotencyKey,
  listGrants,
  mintToken,
  type Principal,
  readLogPoint,
  readPace,
  releaseGrant,
  resumeGrant,
  revokeGrant,
  startBrowserSession,
} from '@countersign/access';
import {
  type BrowserSessionBody,
  type BrowserSessionStart,
  type ExtensionBody,
  type Grant,
  type GrantDetail,
  type GrantListQuery,
  type GrantPace,
  type GrantToken,
  grantEndpoints,
  type RevocationBody,
} from '@countersign/api';
import { browserAddress, isId, parseDuration } from '@countersign/contract';
import { BROWSER_PATHS } from '@countersign/gateway-protocol';
import { firstPage } from '@countersign/wording';
import { Controller, Header, Inject, Req } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { NeverWaits } from '../http/calls-at-once.guard.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, ClientAddress, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { definedOnly, pageAnswer, readPage } from '../http/page.js';
import type { BrokerRequest } from '../http/request.js';
import { BrokerTokenMinter } from '../keys/keys.js';
import { accessAnswer, requestAnswer, sealedLogOf } from '../requests/request-answers.js';

/** Grants: reading them, minting tokens, extending and ending them. */
@Controller()
export class GrantsController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly minter: BrokerTokenMinter,
  ) {}

  @Endpoint(grantEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Query() query: GrantListQuery) {
    const { cursor, limit, person, ...rest } = query;
    const page = readPage({ cursor, limit }, (text) => isId('grt', text));
    const filter = definedOnly({ ...rest, requester: person });
    return pageAnswer(await listGrants(this.deps, principal, filter, page), (view) =>
      grantAnswer(view, this.settings.gatewayUrl),
    );
  }

  @Endpoint(grantEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Id('grt') id: string): Promise<GrantDetail> {
    const view = await getGrant(this.deps, principal, id);
    const log = await readLogPoint(this.deps, view.grant.tenant);
    return { ...grantAnswer(view, this.settings.gatewayUrl), log };
  }

  /** Accepts no `Idempotency-Key`: the answer is a secret and is stored nowhere. */
  @Header('Cache-Control', 'no-store')
  @Endpoint(grantEndpoints.token)
  async token(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() _body: unknown,
    @ClientAddress() address: string,
  ): Promise<GrantToken> {
    const minted = await mintToken(this.deps, this.minter, principal, id, address);
    return { access_token: minted.token, token_type: 'Bearer', expires_in: minted.expiresIn };
  }

  /** Accepts no `Idempotency-Key`: the answer is a secret and is stored nowhere. */
  @Header('Cache-Control', 'no-store')
  @Endpoint(grantEndpoints.openBrowser)
  async openBrowser(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() { challenge, to }: BrowserSessionBody,
    @ClientAddress() address: string,
    @Req() { caller }: BrokerRequest,
  ): Promise<BrowserSessionStart> {
    const webSession = (caller?.kind === 'person' ? caller.session?.id : undefined) ?? null;
    const from = { address, webSession };
    const { code, origin, terms, service } = await startBrowserSession(
      this.deps,
      principal,
      id,
      challenge,
      from,
    );
    // Few services have a page at "/": a browser that names none begins where the grant lets it.
    const page = to === undefined || to === '/' ? firstPage(terms, service) : to;
    return { location: `${origin}${BROWSER_PATHS.callback}?${new URLSearchParams({ code, to: page })}` };
  }

  @Endpoint(grantEndpoints.extend)
  async extend(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() body: ExtensionBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const input = { seconds: parseDuration(body.duration) ?? 0, justification: body.justification ?? '' };
    return requestAnswer(await extendGrant(this.deps, principal, id, input, { idempotency: key }));
  }

  @NeverWaits()
  @Endpoint(grantEndpoints.revoke)
  async revoke(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() body: RevocationBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    await revokeGrant(this.deps, principal, id, body.reason, { idempotency: key });
    return this.read(principal, id);
  }

  @Endpoint(grantEndpoints.pace)
  pace(@CurrentPrincipal() principal: Principal, @Id('grt') id: string): Promise<GrantPace> {
    return readPace(this.deps, principal, id);
  }

  @Endpoint(grantEndpoints.resume)
  async resume(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() _body: unknown,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    await resumeGrant(this.deps, principal, id, { idempotency: key });
    return this.read(principal, id);
  }

  @Endpoint(grantEndpoints.release)
  async release(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() _body: unknown,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    await releaseGrant(this.deps, principal, id, { idempotency: key });
    return this.read(principal, id);
  }
}

/** @param gatewayUrl the address of the gateway, without the service's name */
export function grantAnswer(
  { grant, tenant, scope, unmasked, budget, countersignedBy, status, pausedBy, origin }: GrantView,
  gatewayUrl: string,
): Grant {
  return {
    id: grant.id,
    request: grant.request,
    tenant,
    ...sealedLogOf(grant),
    service: grant.service,
    scope,
    ...(unmasked && { unmasked }),
    requester: grant.requester,
    digest: grant.digest,
    state: grant.state,
    ...accessAnswer(status),
    ...(pausedBy.length === 0 ? {} : { pausedBy }),
    startsAt: grant.startsAt,
    endsAt: grant.endsAt,
    budget,
    used: grant.used,
    endReason: grant.endReason,
    endedAt: grant.endedAt,
    endedBy: grant.endedBy,
    countersignedBy,
    gatewayUrl: `${gatewayUrl}/${grant.service}`,
    browserUrl: origin === null ? null : browserAddress(origin, grant.id),
  };
}
