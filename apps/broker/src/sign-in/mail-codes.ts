import { setTimeout as sleep } from 'node:timers/promises';
import {
  addressOf,
  authenticateAddress,
  makeMailedCode,
  normaliseEmail,
  type Person,
  readMailedCode,
  type SessionsUnit,
  type SignInTo,
  type StartedSession,
  startSessionIn,
} from '@countersign/access';
import type { CodeMailer } from '@countersign/mail';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, type BrokerSettings, CODE_MAILER, DEPS, LOGGER, SETTINGS } from '../core.module.js';
import { KnownBrowsers } from '../http/known-browsers.js';
import { HttpProblem } from '../http/problem.js';
import { SharedAddresses } from '../http/shared-addresses.js';
import { CodeRounds } from './code-rounds.js';
import { ATTEMPT_MINUTES, derived, SignInAttempts } from './sign-in-attempts.js';
import { CODE_ENTRIES, CODE_REQUESTS, codeRequestTries, TryLimits } from './try-limits.js';

const MOST_MISSES = 5;
const LONGEST_MS = 30_000;
/** A mail goes out within this time, at random: sending it keeps the broker busy for some milliseconds. */
const SPREAD_MS = 1_500;
/** So many requests of a round cost the store the same, whether or not someone has the address. */
const ALIKE = 20;

interface CodeRequest {
  tenant: string;
  email: string;
  browser: string;
}

/** A code that was stored, and is to be mailed. */
interface StoredCode {
  to: string;
  tenant: string;
  code: string;
}

/**
 * One-time codes by mail, for customers without a provider. A code works once, for ten minutes, only in the browser that
 * requested it, and a browser has one at a time: what others request takes no one's code away. The store keeps a hash of the
 * code and the browser's secret, so that neither the database nor the mail alone is enough to sign in.
 */
@Injectable()
export class MailCodes implements OnModuleDestroy {
  private readonly asking = new TryLimits(CODE_REQUESTS);
  private readonly typing = new TryLimits(CODE_ENTRIES);
  private readonly rounds = new CodeRounds<CodeRequest>((requests) => this.round(requests));
  private readonly halt = new AbortController();

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CODE_MAILER) private readonly mailer: CodeMailer | null,
    private readonly attempts: SignInAttempts,
    private readonly browsers: KnownBrowsers,
    private readonly shared: SharedAddresses,
  ) {}

  /** Whether this broker can send mail. */
  get available(): boolean {
    return this.mailer !== null;
  }

  /**
   * Sends a code if the address belongs to a person of the tenant. Neither the answer nor its timing, nor that of the next
   * request, reveals whether it does: the work is done some time after this method has returned.
   *
   * @throws HttpProblem `not_ready` if the broker cannot send mail; `rate_limited`
   */
  ask(
    tenant: string,
    email: string,
    browser: string,
    { network, address: client }: { network: string; address: string },
  ): void {
    if (this.mailer === null) throw new HttpProblem('not_ready', 'This broker sends no mail.');
    const address = `${tenant} ${normaliseEmail(email) ?? email}`;
    const own = this.attempts.hash(browser);
    this.shared.note(client, address);
    const isKnown = this.browsers.known(browser)?.address === address;
    const by = { network, browser: own, address, ...(isKnown ? { own } : {}) };
    this.asking.count(codeRequestTries(this.asking, by));
    this.rounds.add({ tenant, email, browser }, isKnown);
  }

  /** @throws HttpProblem `unauthenticated` if the code is wrong, used, expired, or another browser’s; `rate_limited` */
  async verify(typed: string, browser: string | undefined, to: SignInTo): Promise<StartedSession> {
    if (browser !== undefined) this.typing.count({ browser: this.attempts.hash(browser) });
    const code = readMailedCode(typed);
    const finished = browser === undefined ? null : await this.finish(code, browser, to);
    if (finished === null || browser === undefined)
      throw new HttpProblem(
        'unauthenticated',
        'This code is wrong, used or expired, or another browser requested it. Request a new one.',
      );
    const { email, tenant } = finished.person;
    this.browsers.note(browser, `${tenant} ${email}`);
    return finished.started;
  }

  async onModuleDestroy(): Promise<void> {
    this.halt.abort();
    await this.rounds.stop();
  }

  /** Stores the codes of a round in one unit, and mails each at some moment of its own. */
  private async round(requests: CodeRequest[]): Promise<void> {
    const failed = (error: unknown) => this.logger.warn({ err: error }, 'a sign-in code was not sent');
    const codes = await this.store(requests).catch((error: unknown) => {
      failed(error);
      return [];
    });
    await Promise.all(codes.map((code) => this.send(code).catch(failed)));
  }

  /** Every round is one write, and each of a few requests costs the same, whoever has the address. */
  private async store(requests: CodeRequest[]): Promise<StoredCode[]> {
    const { store } = this.deps;
    const isKnown = await store.sessions.read(async (unit) => {
      const found = new Set<CodeRequest>();
      for (const each of requests)
        if ((await authenticateAddress(unit, each.tenant, each.email)) !== null) found.add(each);
      return found;
    });
    const others = requests.filter((each) => !isKnown.has(each));
    const served = [...isKnown, ...others.slice(0, Math.max(0, ALIKE - isKnown.size))];
    return this.attempts.inLine(() =>
      store.sessions.write(async (unit) => {
        await unit.attempts.purge(this.deps.clock.now().toISOString());
        const codes: StoredCode[] = [];
        for (const request of served) codes.push(...(await this.storeIn(unit, request)));
        return codes;
      }),
    );
  }

  /** Nothing if no one has the address. The same is read in both cases. */
  private async storeIn(unit: SessionsUnit, { tenant, email, browser }: CodeRequest): Promise<StoredCode[]> {
    const settings = await unit.organisation.tenant(tenant);
    const person = await authenticateAddress(unit, tenant, email);
    const own = this.attempts.hash(browser);
    const earlier = await unit.attempts.ofBrowser(own, 'code');
    const code = makeMailedCode(this.deps.random);
    const hash = this.attempts.hash(derived('code', browser, code));
    if (settings === null || settings.oidc !== null || person === null) return [];
    for (const each of earlier) await unit.attempts.take(each.hash);
    const data = { tenant };
    await unit.attempts.insert(
      this.attempts.draft({ hash, kind: 'code', person: person.id, browser: own, data }),
    );
    return [{ to: addressOf(person), tenant: settings.name, code }];
  }

  private async send(code: StoredCode): Promise<void> {
    const { mailer, halt } = this;
    if (mailer === null) return;
    await sleep(Math.random() * SPREAD_MS, undefined, { signal: halt.signal });
    const signal = AbortSignal.any([halt.signal, AbortSignal.timeout(LONGEST_MS)]);
    await mailer.send({ ...code, minutes: ATTEMPT_MINUTES }, signal);
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
