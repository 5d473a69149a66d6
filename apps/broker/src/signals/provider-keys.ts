import { createPublicKey, type KeyObject } from 'node:crypto';
import type { SignalSettings } from '@countersign/access';
import { readStrictJson } from '@countersign/contract';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { OUTBOUND } from '../core.module.js';
import { OutboundClient } from '../outbound/outbound-client.js';
import { isOnThisMachine, type OutboundRules, rulesOfProvider } from '../outbound/outbound-rules.js';
import { OidcProviders, ProviderUnavailable } from '../sign-in/oidc-providers.js';
import { mayVerify, type SetAlgorithm } from './verify-set.js';

const MOST_KEY_SETS = 500;
/** A key that its provider has withdrawn is refused after this time. */
const KEPT_MS = 5 * 60_000;
/**
 * An unknown `kid` fetches the key set again, but not more often, whether that succeeds or not: callers choose the `kid`,
 * and they are not authenticated yet.
 */
const REFRESH_AFTER_MS = 10_000;
const LONGEST_MS = 5_000;
/** RFC 7518 §3.3. */
const MIN_RSA_BITS = 2048;

type Jwk = Readonly<Record<string, unknown>>;
interface KeySet {
  keys: readonly Jwk[];
  /** The last fetch of this set that began, also one that failed. */
  triedAt: number;
}

/**
 * The public keys of providers (RFC 7517), each set kept for five minutes. Concurrent callers share one request for it. A
 * set stays when a fetch before its time fails.
 */
@Injectable()
export class ProviderKeys {
  private readonly sets: LRUCache<string, KeySet>;
  /** Why the last fetch of an address failed. Without it, each stranger's message would ask a provider that is down again. */
  private readonly failures = new LRUCache<string, { cause: unknown; at: number }>({ max: MOST_KEY_SETS });

  constructor(
    @Inject(OUTBOUND) private readonly rules: OutboundRules,
    private readonly providers: OidcProviders,
  ) {
    this.sets = new LRUCache({
      max: MOST_KEY_SETS,
      ttl: KEPT_MS,
      fetchMethod: (place) => this.fetch(place),
      noDeleteOnFetchRejection: true,
    });
  }

  /** @returns undefined if the set has no such key for this algorithm. @throws ProviderUnavailable */
  async find(
    { issuer, jwksUri }: SignalSettings,
    kid: string,
    algorithm: SetAlgorithm,
  ): Promise<KeyObject | undefined> {
    const address = jwksUri ?? (await this.providers.keySetAddress(issuer));
    const place = placeOf(address, isOnThisMachine(jwksUri ?? issuer));
    const known = await this.set(place, false);
    const key = keyIn(known, kid, algorithm);
    if (key !== undefined || performance.now() - known.triedAt < REFRESH_AFTER_MS) return key;
    known.triedAt = performance.now();
    return keyIn(await this.set(place, true), kid, algorithm);
  }

  private async set(place: string, forceRefresh: boolean): Promise<KeySet> {
    const failure = this.sets.has(place) ? undefined : this.failures.get(place);
    if (failure !== undefined && performance.now() - failure.at < REFRESH_AFTER_MS)
      throw new ProviderUnavailable(failure.cause);
    try {
      return await this.sets.forceFetch(place, { forceRefresh });
    } catch (error) {
      this.failures.set(place, { cause: error, at: performance.now() });
      throw new ProviderUnavailable(error);
    }
  }

  private async fetch(place: string): Promise<KeySet> {
    const { address, isHere } = readPlace(place);
    const answer = await new OutboundClient(rulesOfProvider(this.rules, isHere)).send(
      address,
      { method: 'GET', headers: { accept: 'application/jwk-set+json, application/json' }, body: null },
      AbortSignal.timeout(LONGEST_MS),
    );
    if (answer.status !== 200) throw new Error(`the key set was answered with status ${answer.status}`);
    const keys = (readStrictJson(answer.body) as { keys?: unknown } | null)?.keys;
    if (!Array.isArray(keys)) throw new Error('a JSON Web Key Set has a list of keys');
    return {
      keys: keys.filter((each) => typeof each === 'object' && each !== null),
      triedAt: performance.now(),
    };
  }
}

/**
 * Where a key set is read, as the name of its entry in the cache. Whether it may be on this machine is up to the organisation
 * file alone, never to the address: a provider's administrator chooses that one (`jwks_uri`), and would make this broker call its
 * own neighbours.
 */
const placeOf = (address: string, isHere: boolean): string => JSON.stringify([address, isHere]);

function readPlace(place: string): { address: string; isHere: boolean } {
  const [address, isHere] = JSON.parse(place) as [string, boolean];
  return { address, isHere };
}

/** Of two different keys with one id neither counts: the provider would not say which one it means. */
function keyIn({ keys }: KeySet, kid: string, algorithm: SetAlgorithm): KeyObject | undefined {
  const found = keys.filter((jwk) => jwk['kid'] === kid && mayVerify(jwk, algorithm));
  const [only] = found;
  if (only === undefined || found.length > 1) return undefined;
  try {
    const key = createPublicKey({ key: only, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    return bits !== undefined && bits < MIN_RSA_BITS ? undefined : key;
  } catch {
    return undefined;
  }
}
