import { mkdir } from 'node:fs/promises';
import type { CountersignRefusal, PinnedTrust, StopOrLift } from '@countersign/authorization';
import type { ChangeData } from '@countersign/gateway-protocol';
import { describeError, RetryTimer, SingleFlight } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import type { BrokerClient } from '../feed/broker-client.js';
import { HandingOn } from './handing-on.js';
import { PinsReport } from './pins-report.js';
import { Stops } from './stops.js';
import { trustFolder } from './trust-folder.js';
import { Trusts } from './trusts.js';

export type CustomerRulesOptions = {
  spoolDir: string;
  /** `dep_…` of the credential. */
  deployment: string;
  /** Whether tenants without a pin are refused though nobody has claimed them. */
  pinnedOnly: boolean;
  broker: Pick<BrokerClient, 'post'>;
  clock: Clock;
  log: Logger;
  /** Hears of tenants whose trust document is another one now, or whose stops: their open calls are to be cut. */
  onTrust(tenants: readonly string[]): void;
  onStop(): void;
};

/** What a call of a tenant is asked of its customers' own word. */
export type CustomerWord = {
  trust(tenant: string): PinnedTrust | 'unpinned' | undefined;
  /** Those of which a pin is, or was, set here; the same set for ever, which grows. */
  pinnedTenants: ReadonlySet<string>;
  stopOn(what: { tenant: string; digest: string }): string | undefined;
};

/** All that customers have signed and this gateway has kept: trust documents, stops, and the pins that they hang on. */
export class CustomerRules implements CustomerWord {
  private readonly flight = new SingleFlight();
  /** A disk that fails is not asked with every tick. */
  private readonly retry: RetryTimer;

  private constructor(
    private readonly options: CustomerRulesOptions,
    private readonly trusts: Trusts,
    private readonly stops: Stops,
    private readonly report: PinsReport,
    private readonly handing: HandingOn,
  ) {
    this.retry = new RetryTimer(options.clock);
  }

  /** Reads what earlier runs have kept. Throws where any of it cannot be read whole. */
  static async load(options: CustomerRulesOptions): Promise<CustomerRules> {
    const { spoolDir, deployment, broker, clock, log, onStop } = options;
    await mkdir(trustFolder(spoolDir), { recursive: true, mode: 0o700 });
    const onChange = (tenants: readonly string[]) => {
      stops.lookAgain(tenants);
      options.onTrust(tenants);
    };
    const trusts: Trusts = await Trusts.load({ spoolDir, deployment, log, onChange }, clock.now());
    const stops = await Stops.load({ spoolDir, log, trust: (tenant) => trusts.of(tenant), onStop });
    const report = new PinsReport({
      broker,
      log,
      pins: () => trusts.report(clock.now()),
      revision: () => trusts.revision,
      clock,
    });
    const handing = await HandingOn.load({ spoolDir, broker, clock, log });
    return new CustomerRules(options, trusts, stops, report, handing);
  }

  trust(tenant: string): PinnedTrust | 'unpinned' | undefined {
    return this.trusts.of(tenant) ?? (this.options.pinnedOnly ? 'unpinned' : undefined);
  }

  get pinnedTenants(): ReadonlySet<string> {
    return this.trusts.pinnedTenants;
  }

  stopOn(what: { tenant: string; digest: string }): string | undefined {
    return this.stops.on(what);
  }

  /**
   * A stop or lift from the customer itself: in force at once, on disk when it resolves, and passed on to the broker.
   * Answers why it is not taken. Rejects with the file system's error.
   */
  async handIn(signature: StopOrLift): Promise<CountersignRefusal | undefined> {
    const refusal = await this.stops.hand(signature, this.options.clock.now());
    if (refusal === undefined) await this.handing.add(signature);
    return refusal;
  }

  /** Hash of the trust document by which calls of this tenant are judged; null where none leads here from a pin. */
  hashOf(tenant: string): string | null {
    return this.trusts.hashOf(tenant);
  }

  /** What is pinned here, for whoever asks whether this gateway is ready. */
  pins() {
    return this.trusts.report(this.options.clock.now());
  }

  /** Follows what the feed brings; durable when it resolves. Rejects with the file system's error. */
  async follow({ trust, stops, lifts }: Pick<ChangeData, 'trust' | 'stops' | 'lifts'>): Promise<void> {
    if (trust !== undefined) await this.trusts.take(trust, this.options.clock.now());
    this.stops.take(stops ?? [], lifts ?? []);
    await this.stops.settle();
  }

  /** The broker may have forgotten what it was told. */
  brokerMayHaveForgotten(): void {
    this.report.forget();
    this.handing.begin();
  }

  /** To be called often: takes pins that were set on this host, and tells the broker of them, and of stops, while in touch. */
  tick(inTouch: boolean): void {
    if (this.retry.isDue) void this.flight.run(() => this.look());
    if (!inTouch) return;
    this.report.tick();
    this.handing.tick();
  }

  private async look(): Promise<void> {
    const { clock, log } = this.options;
    try {
      await this.trusts.lookAtPins(clock.now());
      await this.stops.settle();
      this.retry.reset();
    } catch (error) {
      this.retry.failed();
      log.error(describeError(error), 'the pins could not be followed; to be tried again');
    }
  }

  /** Whether the tenant's trust document has run out, so that nothing of it may stay open. */
  hasExpired(tenant: string): boolean {
    const trust = this.trusts.of(tenant);
    return typeof trust === 'object' && this.options.clock.now() >= Date.parse(trust.document.validUntil);
  }

  async close(): Promise<void> {
    await Promise.all([this.report.close(), this.handing.close()]);
    await this.flight.settle();
  }
}
