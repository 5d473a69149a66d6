import { createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import {
  type MintInput,
  publishedKeys,
  type Signer,
  type StoredKey,
  signingKey,
  type TokenMinter,
  type UnsignedToken,
  type VendorReadUnit,
} from '@countersign/access';
import { grantTokenToSign } from '@countersign/authorization/mint';
import { isSealedLog, signWith } from '@countersign/contract';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';

type Jwk = Record<string, unknown>;

/**
 * Which keys the broker has, in memory, so that signing reads nothing from the store. The feed's poller loads them again when keys
 * have changed, in this process or another. Each use decides by the clock which key signs and which keys still verify.
 */
@Injectable()
export class KeyRing implements OnModuleInit {
  private token: readonly StoredKey[] = [];
  private feed: readonly StoredKey[] = [];

  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  async onModuleInit(): Promise<void> {
    await this.deps.store.signingKeys.read((unit) => this.loadFrom(unit));
  }

  async loadFrom(unit: Pick<VendorReadUnit, 'keys'>): Promise<void> {
    this.token = await unit.keys.list('token');
    this.feed = await unit.keys.list('feed');
  }

  /** The key of this use that signs at this moment. */
  signer(use: 'token' | 'feed', now: Date): Signer {
    const key = signingKey(this[use], now);
    if (key === undefined) throw new Error(`there is no ${use} key that signs now`);
    return this.deps.signers.open(key);
  }

  /** Public keys that verify grant tokens at this moment, and those that will sign soon. */
  published(now: Date): Jwk[] {
    return publishedKeys(this.token, now).map((key) => key.publicJwk);
  }

  verifying(kid: string, now: Date): KeyObject | undefined {
    const key = publishedKeys(this.token, now).find((each) => each.kid === kid);
    return key === undefined ? undefined : createPublicKey({ key: key.publicJwk, format: 'jwk' });
  }
}

/** Writes and signs the tokens that the domain has decided on, with the broker's issuer and key and a new `jti`. */
@Injectable()
export class BrokerTokenMinter implements TokenMinter {
  constructor(
    private readonly keys: KeyRing,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
  ) {}

  prepare({ grant, terms, countersignatures, audience, tokenTtl, now }: MintInput): UnsignedToken {
    const jti = randomUUID();
    const signer = this.keys.signer('token', now);
    const unsigned = grantTokenToSign({
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
      signer,
    });
    return {
      jti,
      expiresIn: unsigned.expiresIn,
      expiresAt: new Date(unsigned.exp * 1000).toISOString(),
      sign: () => signWith(signer, unsigned),
    };
  }
}
