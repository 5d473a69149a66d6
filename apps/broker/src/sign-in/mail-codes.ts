import {
  addressOf,
  authenticateAddress,
  makeMailedCode,
  normaliseEmail,
  type Person,
  readMailedCode,
  type SignInTo,
  type StartedSession,
  startSessionIn,
} from '@countersign/access';
import type { CodeMailer } from '@countersign/mail';
import { growingCache } from '@countersign/runtime';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, type BrokerSettings, CODE_MAILER, DEPS, LOGGER, SETTINGS } from '../core.module.js';
import { HttpProblem } from '../http/problem.js';
import { ATTEMPT_MINUTES, derived, SignInAttempts } from './sign-in-attempts.js';
import { CODE_ENTRIES, CODE_REQUESTS, codeRequestTries, TryLimits } from './try-limits.js';

const MOST_MISSES = 5;
const LONGEST_MS = 30_000;
/** How long a browser is known after a sign-in. */
export const KNOWN_BROWSER_SECONDS = 90 * 86_400;
const MOST_KNOWN = 10_000;

/**
 * One-time codes by mail, for customers without a provider. A code works once, for ten minutes, only in the browser that
 * requested it, and a browser has one at a time: what others request takes no one's code away. The store keeps a hash of the code and the browser's secret, so that
 * neither the database nor the mail alone is enough to sign in.
 */
@Injectable()
export class MailCodes implements OnModuleDestroy {
  private readonly asking = new TryLimits(CODE_REQUESTS);
  private readonly typing = new TryLimits(CODE_ENTRIES);
  /** Browsers in which someone has signed in with a code, by their hash: with which address. */
  private readonly known = growingCache<string>(MOST_KNOWN, KNOWN_BROWSER_SECONDS * 1_000);
  private readonly underWay = new Set<Promise<void>>();
  private readonly halt = new AbortController();

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CODE_MAILER) private readonly mailer: CodeMailer | null,
    private readonly attempts: SignInAttempts,
  ) {}

  /** Whether this broker can send mail. */
  get available(): boolean {
    return this.mailer !== null;
  }

  /** Whether someone has signed in with a code in this browser. */
  isKnown(browser: string): boolean {
    return this.known.has(this.attempts.hash(browser));
  }

  /**
   * Sends a code if the address belongs to a person of the tenant. Neither the answer nor its timing reveals whether it
   * does: the lookup happens after this method has returned.
   *
   * @throws HttpProblem `not_ready` if the broker cannot send mail; `rate_limited`
   */
  async ask(tenant: string, email: string, browser: string, network: string): Promise<void> {
    const { mailer } = this;
    if (mailer === null) throw new HttpProblem('not_ready', 'This broker sends no mail.');
    const address = `${tenant} ${normaliseEmail(email) ?? email}`;
    const own = this.attempts.hash(browser);
    // Strangers who request codes for an address use up what all networks have. The person's own browser has its own.
    const isKnown = this.known.get(own) === address;
    const by = { network, browser: own, address, ...(isKnown ? { own } : {}) };
    await this.asking.count(await codeRequestTries(this.asking, by));
    const work = this.send(mailer, tenant, email, browser).catch((error: unknown) =>
      this.logger.warn({ err: error }, 'a sign-in code was not sent'),
    );
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work));
  }

  /** @throws HttpProblem `unauthenticated` if the code is wrong, used, expired, or another browser’s; `rate_limited` */
  async verify(
    typed: string,
    browser: string | undefined,
    network: string,
    to: SignInTo,
  ): Promise<StartedSession> {
    await this.typing.count({ browser: browser === undefined ? '' : this.attempts.hash(browser), network });
    const code = readMailedCode(typed);
    const finished = browser === undefined ? null : await this.finish(code, browser, to);
    if (finished === null || browser === undefined)
      throw new HttpProblem(
        'unauthenticated',
        'This code is wrong, used or expired, or another browser requested it. Request a new one.',
      );
    const { email, tenant } = finished.person;
    this.known.set(this.attempts.hash(browser), `${tenant} ${email}`);
    return finished.started;
  }

  async onModuleDestroy(): Promise<void> {
    this.halt.abort();
    await Promise.all(this.underWay);
  }

  private async send(mailer: CodeMailer, tenant: string, email: string, browser: string): Promise<void> {
    const { random } = this.deps;
    const code = makeMailedCode(random);
    // An address of no one costs a read and no write.
    const known = await this.deps.store.sessions.read((unit) => authenticateAddress(unit, tenant, email));
    if (known === null) return;
    const found = await this.attempts.inLine(() =>
      this.deps.store.sessions.write(async (unit) => {
        const settings = await unit.organisation.tenant(tenant);
        const person = await authenticateAddress(unit, tenant, email);
        if (settings === null || settings.oidc !== null || person === null) return null;
        const attempt = this.attempts.draft({
          hash: this.attempts.hash(derived('code', browser, code)),
          kind: 'code',
          person: person.id,
          browser: this.attempts.hash(browser),
          data: { tenant },
        });
        await unit.attempts.purge(attempt.createdAt);
        for (const earlier of await unit.attempts.ofBrowser(this.attempts.hash(browser), 'code'))
          await unit.attempts.take(earlier.hash);
        await unit.attempts.insert(attempt);
        return { to: addressOf(person), tenant: settings.name };
      }),
    );
    if (found === null) return;
    const signal = AbortSignal.any([this.halt.signal, AbortSignal.timeout(LONGEST_MS)]);
    await mailer.send({ ...found, code, minutes: ATTEMPT_MINUTES }, signal);
  }

  private async finish(
    code: string,
    browser: string,
    to: SignInTo,
  ): Promise<{ started: StartedSession; person: Person } | null> {
    const { deps, attempts } = this;
    const secret = derived('code', browser, code);
    if (!(await attempts.mayTry(secret, browser))) return null;
    const hash = attempts.hash(secret);
    return attempts.inLine(() =>
      deps.store.sessions.write(async (unit) => {
        const found = await unit.attempts.find(hash);
        if (found === null || found.kind !== 'code' || !attempts.isOpen(found)) {
          for (const own of await unit.attempts.ofBrowser(attempts.hash(browser), 'code'))
            if ((await unit.attempts.miss(own.hash)) >= MOST_MISSES) await unit.attempts.take(own.hash);
          return null;
        }
        await unit.attempts.take(hash);
        const tenant = await unit.organisation.tenant(found.data['tenant'] ?? '');
        const person = await unit.organisation.person(found.person ?? '');
        // The tenant or the person may have changed since the code was sent.
        if (tenant === null || tenant.oidc !== null || person === null || person.removedAt !== null)
          return null;
        const authenticatedAt = deps.clock.now().toISOString();
        const draft = { ...to, person, assurance: 'mail-code' as const, parent: null, authenticatedAt };
        return { started: await startSessionIn(deps, unit, draft, this.settings.session), person };
      }),
    );
  }
}
