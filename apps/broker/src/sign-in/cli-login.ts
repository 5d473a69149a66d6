import { createHash } from 'node:crypto';
import { type Principal, type Session, type StartedSession, startSessionIn } from '@countersign/access';
import { Inject, Injectable } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../injection.js';
import { SignInAttempts } from './sign-in-attempts.js';

/** A code is exchanged by a program that waits for it. */
const CODE_MINUTES = 2;

/** How what `countersign login` is given begins. */
export const CLI_PREFIX = 'css_';

/** A command line is let in by a signed-in browser: RFC 8252 (loopback) with PKCE (RFC 7636). */
@Injectable()
export class CliLogin {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly attempts: SignInAttempts,
  ) {}

  /** @returns a code of one use, worth nothing without the verifier that `challenge` is the SHA-256 of */
  async consent(
    { person }: Principal,
    session: Session,
    given: { challenge: string; device: string },
  ): Promise<string> {
    const code = this.attempts.newSecret();
    const draft = {
      hash: this.attempts.hash(code),
      kind: 'cli' as const,
      person: person.id,
      browser: null,
      data: { ...given, session: session.id },
    };
    await this.attempts.begin(this.attempts.draft(draft, CODE_MINUTES));
    return code;
  }

  /** The command line's own session; null where the code does not count. A wrong verifier uses it up. */
  async exchange(code: string, verifier: string): Promise<StartedSession | null> {
    const attempt = await this.attempts.take(code, 'cli', null);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (attempt === null || attempt.data['challenge'] !== challenge) return null;
    const { session: parent = null, device } = attempt.data;
    return this.deps.store.sessions.write(async (unit) => {
      const from = parent === null ? null : await unit.sessions.find(parent);
      const person = await unit.organisation.person(attempt.person ?? '');
      if (from === null || from.endedAt !== null || person === null || person.removedAt !== null) return null;
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
