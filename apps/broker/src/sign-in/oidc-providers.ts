import { readFile } from 'node:fs/promises';
import type { OidcSettings } from '@countersign/access';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  type ServerMetadata,
} from 'openid-client';
import { OUTBOUND } from '../core.module.js';
import { OutboundClient } from '../outbound/outbound-client.js';
import { isOnThisMachine, type OutboundRules, rulesOfProvider } from '../outbound/outbound-rules.js';

const HOUR_MS = 3_600_000;
const MOST_ISSUERS = 500;
const LONGEST_SECONDS = 10;

/** The provider is unreachable, answers with something invalid, or the broker's secret for it is missing. */
export class ProviderUnavailable extends Error {
  constructor(cause: unknown) {
    super('the provider cannot be asked', { cause });
    this.name = 'ProviderUnavailable';
  }
}

/**
 * Clients of OpenID providers. The metadata of an issuer, with its signing keys, is cached for an hour; concurrent callers
 * share one request for it.
 */
@Injectable()
export class OidcProviders {
  private readonly found: LRUCache<string, ServerMetadata>;
  private readonly clients = new LRUCache<string, Configuration>({ max: MOST_ISSUERS, ttl: HOUR_MS });

  constructor(@Inject(OUTBOUND) private readonly rules: OutboundRules) {
    this.found = new LRUCache({
      max: MOST_ISSUERS,
      ttl: HOUR_MS,
      fetchMethod: (issuer) => this.discover(issuer),
    });
  }

  /** @throws ProviderUnavailable */
  async client({ issuer, clientId, clientSecretFile }: OidcSettings): Promise<Configuration> {
    const secret = await readFile(clientSecretFile, 'utf8').catch((error: unknown) => {
      throw new ProviderUnavailable(error);
    });
    return this.clientOf(issuer, clientId, secret.trim());
  }

  /** @throws ProviderUnavailable */
  async clientOf(issuer: string, clientId: string, secret: string): Promise<Configuration> {
    try {
      const server = await this.found.forceFetch(issuer);
      const name = JSON.stringify([issuer, clientId, secret]);
      const known = this.clients.get(name);
      if (known !== undefined) return known;
      const client = this.configure(server, clientId, secret);
      this.clients.set(name, client);
      return client;
    } catch (error) {
      throw new ProviderUnavailable(error);
    }
  }

  /** Where the issuer publishes its keys. @throws ProviderUnavailable */
  async keySetAddress(issuer: string): Promise<string> {
    try {
      const { jwks_uri: address } = await this.found.forceFetch(issuer);
      if (address === undefined) throw new Error('the issuer publishes no keys');
      return address;
    } catch (error) {
      throw new ProviderUnavailable(error);
    }
  }

  private configure(server: ServerMetadata, clientId: string, secret: string): Configuration {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const auth = methods.includes('client_secret_basic')
      ? ClientSecretBasic(secret)
      : ClientSecretPost(secret);
    const client = new Configuration(server, clientId, secret, auth);
    client[customFetch] = this.fetcher(server.issuer);
    client.timeout = LONGEST_SECONDS;
    if (isPlain(server.issuer)) allowInsecureRequests(client);
    // Verify the ID token's signature although TLS already authenticates the provider.
    enableNonRepudiationChecks(client);
    return client;
  }

  private async discover(issuer: string): Promise<ServerMetadata> {
    const client = await discovery(new URL(issuer), 'discovery', undefined, None(), {
      [customFetch]: this.fetcher(issuer),
      timeout: LONGEST_SECONDS,
      execute: isPlain(issuer) ? [allowInsecureRequests] : [],
    });
    return client.serverMetadata();
  }

  /** A provider on this machine may use addresses of this machine. All others follow the rules for outbound calls. */
  private fetcher(issuer: string): CustomFetch {
    const outbound = new OutboundClient(rulesOfProvider(this.rules, isOnThisMachine(issuer)));
    return async (url, { method, headers, body, signal }) => {
      const message = {
        method: method === 'POST' ? ('POST' as const) : ('GET' as const),
        headers,
        body: body === undefined || body === null ? null : String(body),
      };
      const answer = await outbound.send(url, message, signal ?? AbortSignal.timeout(LONGEST_SECONDS * 1000));
      const pairs = Object.entries(answer.headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((each): [string, string] => [name, each]),
      );
      const bare = answer.status === 204 || answer.status === 304;
      return new Response(bare ? null : new Uint8Array(answer.body), {
        status: answer.status,
        headers: pairs,
      });
    };
  }
}

/** The configuration accepts plain HTTP only for issuers on this machine. */
const isPlain = (issuer: string): boolean => new URL(issuer).protocol === 'http:';
