import { hexDigest } from '@countersign/access';
import { growingCache } from '@countersign/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';

/** How long a browser is known after a sign-in. */
export const KNOWN_BROWSER_SECONDS = 90 * 86_400;
const MOST_KNOWN = 10_000;

/**
 * Browsers in which someone has signed in with a mailed code, by the hash of their secret: with which address. Strangers cannot
 * become one, so a known browser has rate limits of its own. Each broker remembers its own, in memory.
 */
@Injectable()
export class KnownBrowsers {
  private readonly addresses = growingCache<string>(MOST_KNOWN, KNOWN_BROWSER_SECONDS * 1_000);

  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  /** @returns undefined for a browser that is not known, and for none */
  known(secret: string | undefined): { hash: string; address: string } | undefined {
    if (secret === undefined) return undefined;
    const hash = hexDigest(this.deps.hashing, secret);
    const address = this.addresses.get(hash);
    return address === undefined ? undefined : { hash, address };
  }

  note(secret: string, address: string): void {
    this.addresses.set(hexDigest(this.deps.hashing, secret), address);
  }
}
