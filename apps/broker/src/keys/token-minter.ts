import { randomUUID } from 'node:crypto';
import type { MintedToken, MintInput, TokenMinter } from '@countersign/access';
import { mintGrantToken } from '@countersign/authorization/mint';
import { Inject, Injectable } from '@nestjs/common';
import { type BrokerSettings, SETTINGS } from '../injection.js';
import { KeyRing } from './key-ring.js';

/** Signs what the domain has decided; adds issuer, key and a name for the token. */
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
      tenant: grant.tenant,
      terms,
      countersignatures,
      digest: grant.digest,
      key: this.keys.signing(now),
    });
    return { token, jti, expiresIn, expiresAt: new Date(exp * 1000).toISOString() };
  }
}
