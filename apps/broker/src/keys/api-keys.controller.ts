import {
  type ApiKeyView,
  createOwnApiKey,
  listOwnApiKeys,
  type Principal,
  revokeOwnApiKey,
} from '@countersign/access';
import { type ApiKeyBody, apiKeyEndpoints } from '@countersign/api';
import { API_KEY_DAYS, parseDuration } from '@countersign/contract';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id } from '../http/input.js';

/** API keys for a person's own programs. A key cannot sign, so it cannot approve what must be countersigned. */
@Controller()
export class OwnKeysController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(apiKeyEndpoints.create)
  async create(@CurrentPrincipal() principal: Principal, @Body() { ttl }: ApiKeyBody) {
    const seconds = ttl === undefined ? API_KEY_DAYS.standard * 86_400 : (parseDuration(ttl) ?? 0);
    const { id, key, expiresAt } = await createOwnApiKey(this.deps, principal, seconds);
    return { id, key, expiresAt };
  }

  @Endpoint(apiKeyEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal) {
    return { items: (await listOwnApiKeys(this.deps, principal)).map(keyAnswer), next: null };
  }

  @Endpoint(apiKeyEndpoints.revoke)
  async revoke(@CurrentPrincipal() principal: Principal, @Id('key') id: string): Promise<void> {
    await revokeOwnApiKey(this.deps, principal, id);
  }
}

const keyAnswer = ({ id, createdAt, expiresAt, revokedAt, state, signInBy }: ApiKeyView) => ({
  ...{ id, createdAt, expiresAt, revokedAt, state, signInBy },
});
