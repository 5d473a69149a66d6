import { growingCache, Semaphore } from '@countersign/runtime';
import { Injectable } from '@nestjs/common';
import type { LRUCache } from 'lru-cache';

const WINDOW_MS = 60_000;
/** A network that presents more unknown credentials than this within a minute counts as one that guesses. */
const GUESSES = 20;
const MOST_NETWORKS = 10_000;
/** Look-ups of networks that guess, at once. */
const AT_ONCE = 2;

/**
 * Looks up each credential that a caller presents, because a revoked key must be refused at once. Look-ups for networks that guess
 * wait in one queue and run a few at a time, so that attackers cannot occupy the store. None is refused without a look-up: a valid
 * key from the same network is only slower, and other networks are not affected.
 */
@Injectable()
export class CredentialGuesses {
  private readonly line = new Semaphore(AT_ONCE);
  private readonly guesses: LRUCache<string, number>;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.guesses = growingCache<number>(MOST_NETWORKS, WINDOW_MS, now);
  }

  /**
   * Looks a credential up.
   *
   * @param isKnown whether the store knows what was found
   */
  async lookUp<T>(network: string, find: () => Promise<T>, isKnown: (found: T) => boolean): Promise<T> {
    const isGuessing = (this.guesses.get(network) ?? 0) >= GUESSES;
    const found = isGuessing ? await this.line.run(find) : await find();
    if (!isKnown(found)) this.note(network);
    return found;
  }

  /** The window begins with a network's first guess, and later ones do not move it. */
  private note(network: string): void {
    const known = this.guesses.get(network);
    this.guesses.set(network, (known ?? 0) + 1, { noUpdateTTL: known !== undefined });
  }
}
