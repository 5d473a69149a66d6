import { createHash } from 'node:crypto';
import {
  isActiveSession,
  type Principal,
  type Session,
  type StartedSession,
  startSessionIn,
} from '@countersign/access';
import { Inject, Injectable } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { SignInAttempts } from './sign-in-attempts.js';

/** Short, because the command line is already waiting for the code. */
const CODE_MINUTES = 2;

/** The prefix of the credential of `countersign login`. */
export const CLI_PREFIX = 'css_';

/** Signs in a command line through a signed-in browser: RFC 8252 (loopback) with PKCE (RFC 7636). */
@Injectable()
export class CliLogin {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly attempts: SignInAttempts,
  ) {}

  /** @returns a single-use code, useless without the verifier whose SHA-256 is `challenge` */
  async consent(
    { person }: Principal,
    session: Session,
    login: { challenge: string; device: string },
  ): Promise<string> {
    const code = this.attempts.newSecret();
    const draft = {
      hash: this.attempts.hash(code),
      kind: 'cli' as const,
      person: person.id,
      browser: null,
      data: { ...login, session: session.id },
    };
    await this.attempts.begin(this.attempts.draft(draft, CODE_MINUTES));
    return code;
  }

  /** The command line's own session; null if the code is not valid, or the browser's session is over. A wrong verifier uses the code up. */
  async exchange(code: string, verifier: string): Promise<StartedSession | null> {
    const attempt = await this.attempts.take(code, 'cli', null);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (attempt === null || attempt.data['challenge'] !== challenge) return null;
    const { session: parent = null, device } = attempt.data;
    return this.deps.store.sessions.write(async (unit) => {
      const from = parent === null ? null : await unit.sessions.find(parent);
      const person = await unit.organisation.person(attempt.person ?? '');
      const isActive = from !== null && isActiveSession(from, this.settings.session, this.deps.clock.now());
      if (!isActive || person === null || person.removedAt !== null) return null;
      const draft = {
        person,
        assurance: from.assurance,
        device: device ?? 'a command line',
        parent: from.id,
        replaces: null,
      };
      return startSessionIn(this.deps, unit, draft, this.settings.session);
    });
  }
}
