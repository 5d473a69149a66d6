import { createHash } from 'node:crypto';
import { hexDigest, randomText, type SignInAttempt } from '@countersign/access';
import { Semaphore } from '@countersign/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { BROWSER_COOKIE, readCookie } from '../http/cookies.js';
import type { BrokerRequest } from '../http/request.js';

const MINUTES_MS = 60_000;
export const ATTEMPT_MINUTES = 10;
/** Units of work of callers that are not identified. */
const UNITS_AT_ONCE = 2;

/** Sign-ins that one browser begins and that only this browser can finish, once. */
@Injectable()
export class SignInAttempts {
  private readonly line = new Semaphore(UNITS_AT_ONCE);
  /** Apart from the writes, so that a guess never waits for one. */
  private readonly reads = new Semaphore(UNITS_AT_ONCE);

  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  newSecret(): string {
    return randomText(this.deps.random, 32);
  }

  /** The secret of the browser that calls; a new one if it has none yet. */
  browserOf({ headers }: BrokerRequest): string {
    return readCookie(headers.cookie, BROWSER_COOKIE) ?? this.newSecret();
  }

  hash(secret: string): string {
    return hexDigest(this.deps.hashing, secret);
  }

  /** A new attempt, not stored yet. */
  draft(
    content: Pick<SignInAttempt, 'hash' | 'kind' | 'person' | 'browser' | 'data'>,
    minutes = ATTEMPT_MINUTES,
  ): SignInAttempt {
    const now = this.deps.clock.now();
    const expiresAt = new Date(now.getTime() + minutes * MINUTES_MS).toISOString();
    return { ...content, misses: 0, createdAt: now.toISOString(), expiresAt };
  }

  /**
   * Runs a unit of work that anyone may cause. Few run at once, so that the decisions and stops of people never wait in the
   * store behind a crowd of strangers.
   */
  inLine<T>(unit: () => Promise<T>): Promise<T> {
    return this.line.run(unit);
  }

  /** Stores an attempt and deletes expired ones. */
  begin(attempt: SignInAttempt): Promise<void> {
    return this.inLine(() =>
      this.deps.store.signInAttempts.write(async (unit) => {
        await unit.attempts.purge(attempt.createdAt);
        await unit.attempts.insert(attempt);
      }),
    );
  }

  /**
   * Removes and returns the attempt of this secret. Null if there is none, if it has expired, or if another browser began
   * it; the other browser's attempt stays. A secret that belongs to no attempt costs a read and no write. Only a few such reads
   * run at once.
   */
  async take(
    secret: string,
    kind: SignInAttempt['kind'],
    browser: string | null,
  ): Promise<SignInAttempt | null> {
    const hash = this.hash(secret);
    const fits = (found: SignInAttempt | null): found is SignInAttempt =>
      found?.kind === kind &&
      this.isOpen(found) &&
      found.browser === (browser === null ? null : this.hash(browser));
    const seen = await this.reads.run(() =>
      this.deps.store.signInAttempts.read(({ attempts }) => attempts.find(hash)),
    );
    if (!fits(seen)) return null;
    return this.inLine(() =>
      this.deps.store.signInAttempts.write(async ({ attempts }) => {
        const found = await attempts.find(hash);
        return fits(found) && (await attempts.take(hash)) ? found : null;
      }),
    );
  }

  /**
   * Whether an attempt has this secret, or a code was sent to this browser. If neither, a wrong code counts against no one:
   * it costs a read and no write.
   */
  async mayTry(secret: string, browser: string): Promise<boolean> {
    return this.reads.run(() =>
      this.deps.store.signInAttempts.read(
        async ({ attempts }) =>
          (await attempts.find(this.hash(secret))) !== null ||
          (await attempts.ofBrowser(this.hash(browser), 'code')).length > 0,
      ),
    );
  }

  isOpen({ expiresAt }: SignInAttempt): boolean {
    return this.deps.clock.now().getTime() < Date.parse(expiresAt);
  }
}

/** Derives a secret for one use from other secrets: base64url of SHA-256. It can be derived again and need not be stored. */
export const derived = (use: string, ...secrets: string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([use, ...secrets]))
    .digest('base64url');

/** The query of a request as the browser sent it, repeated parameters included. */
export function queryOf({ originalUrl }: BrokerRequest): URLSearchParams {
  const [, query = ''] = originalUrl.split(/\?(.*)/s);
  return new URLSearchParams(query);
}
