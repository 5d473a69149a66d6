import { createPrivateKey, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import {
  type MintedToken,
  type MintInput,
  publishedKeys,
  type StoredKey,
  signingKey,
  type TokenMinter,
  type VendorReadUnit,
} from '@countersign/access';
import { mintGrantToken } from '@countersign/authorization/mint';
import { isSealedLog } from '@countersign/contract';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';

type Jwk = Record<string, unknown>;

/**
 * The broker's keys in memory, so that signing reads nothing from the store. The feed's poller loads them again when keys
 * have changed, in this process or another. Each use decides by the clock which key signs and which keys still verify.
 */
@Injectable()
export class KeyRing implements OnModuleInit {
  private token: readonly StoredKey[] = [];
  private feed: readonly StoredKey[] = [];
  private readonly privateKeys = new Map<string, KeyObject>();

  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  async onModuleInit(): Promise<void> {
    await this.deps.store.signingKeys.read((unit) => this.loadFrom(unit));
  }

  async loadFrom(unit: Pick<VendorReadUnit, 'keys'>): Promise<void> {
    this.token = await unit.keys.list('token');
    this.feed = await unit.keys.list('feed');
    const known = new Set([...this.token, ...this.feed].map((key) => key.kid));
    for (const kid of this.privateKeys.keys()) if (!known.has(kid)) this.privateKeys.delete(kid);
  }

  /** The key that signs grant tokens at this moment. */
  signing(now: Date): { kid: string; privateKey: KeyObject } {
    return this.privateOf(signingKey(this.token, now), 'token');
  }

  /** The key that signs the feed. */
  feedKey(now: Date): KeyObject {
    return this.privateOf(signingKey(this.feed, now), 'feed').privateKey;
  }

  /** Public keys that verify grant tokens at this moment, and those that will sign soon. */
  published(now: Date): Jwk[] {
    return publishedKeys(this.token, now).map((key) => key.publicJwk);
  }

  verifying(kid: string, now: Date): KeyObject | undefined {
    const key = publishedKeys(this.token, now).find((each) => each.kid === kid);
    return key === undefined ? undefined : createPublicKey({ key: key.publicJwk, format: 'jwk' });
  }

  private privateOf(
    key: StoredKey | undefined,
    use: StoredKey['use'],
  ): { kid: string; privateKey: KeyObject } {
    if (key === undefined) throw new Error(`there is no ${use} key that signs now`);
    const privateKey = this.privateKeys.get(key.kid) ?? createPrivateKey(key.privatePem);
    this.privateKeys.set(key.kid, privateKey);
    return { kid: key.kid, privateKey };
  }
}

/** Mints the tokens that the domain has decided on, with the broker's issuer and key and a new `jti`. */
@Injectable()
export class BrokerTokenMinter implements TokenMinter {
  constructor(
    private readonly keys: KeyRing,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
  ) {}

  mint({ grant, terms, countersignatures, audience, tokenTtl, now }: MintInput): MintedToken {
    const jti = randomUUID();
    const { token, expiresIn, exp } = mintGrantToken({
      issuer: this.settings.publicUrl,
      audience,
      subject: grant.requester,
      jti,
      now,
      tokenTtlSeconds: tokenTtl,
      grant,
      tenant: terms.tenant,
      ...(isSealedLog(grant.tenant) ? { log: grant.tenant } : {}),
      terms,
      countersignatures,
      digest: grant.digest,
      key: this.keys.signing(now),
    });
    return { token, jti, expiresIn, expiresAt: new Date(exp * 1000).toISOString() };
  }
}
