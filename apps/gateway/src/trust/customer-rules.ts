import { mkdir } from 'node:fs/promises';
import type { CountersignRefusal, PinnedTrust, StopOrLift } from '@countersign/authorization';
import type { ChangeData } from '@countersign/gateway-protocol';
import { describeError, RetryTimer, SingleFlight } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import type { BrokerClient } from '../feed/broker-client.js';
import { trustFolder } from './chain-files.js';
import { CustomerStops } from './customer-stops.js';
import { PinReporter } from './pin-reporter.js';
import { PinnedTrustStore } from './pinned-trust-store.js';
import { StopRelay } from './stop-relay.js';

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
export type CustomerRulesView = {
  trust(tenant: string): PinnedTrust | 'unpinned' | undefined;
  /** Those of which a pin is, or was, set here; the same set for ever, which grows. */
  pinnedTenants: ReadonlySet<string>;
  stopOn(what: { tenant: string; digest: string }): string | undefined;
};

/** All that customers have signed and this gateway has kept: trust documents, stops, and the pins that they hang on. */
export class CustomerRules implements CustomerRulesView {
  private readonly flight = new SingleFlight();
  /** A disk that fails is not asked with every tick. */
  private readonly retry: RetryTimer;

  private constructor(
    private readonly options: CustomerRulesOptions,
    private readonly trustStore: PinnedTrustStore,
    private readonly stops: CustomerStops,
    private readonly reporter: PinReporter,
    private readonly relay: StopRelay,
  ) {
    this.retry = new RetryTimer(options.clock);
  }

  /** Reads what earlier runs have kept. Throws where any of it cannot be read whole. */
  static async load(options: CustomerRulesOptions): Promise<CustomerRules> {
    const { spoolDir, deployment, broker, clock, log, onStop } = options;
    await mkdir(trustFolder(spoolDir), { recursive: true, mode: 0o700 });
    const onChange = (tenants: readonly string[]) => {
      stops.retryWaiting(tenants);
      options.onTrust(tenants);
    };
    const trusts: PinnedTrustStore = await PinnedTrustStore.load(
      { spoolDir, deployment, log, onChange },
      clock.now(),
    );
    const stops = await CustomerStops.load({
      spoolDir,
      log,
      trust: (tenant) => trusts.trustFor(tenant),
      onStop,
    });
    const report = new PinReporter({
      broker,
      log,
      pins: () => trusts.report(clock.now()),
      revision: () => trusts.revision,
      clock,
    });
    const handing = await StopRelay.load({ spoolDir, broker, clock, log });
    return new CustomerRules(options, trusts, stops, report, handing);
  }

  trust(tenant: string): PinnedTrust | 'unpinned' | undefined {
    return this.trustStore.trustFor(tenant) ?? (this.options.pinnedOnly ? 'unpinned' : undefined);
  }

  get pinnedTenants(): ReadonlySet<string> {
    return this.trustStore.pinnedTenants;
  }

  stopOn(what: { tenant: string; digest: string }): string | undefined {
    return this.stops.find(what);
  }

  /**
   * A stop or lift from the customer itself: in force at once, on disk when it resolves, and passed on to the broker.
   * Answers why it is not taken. Rejects with the file system's error.
   */
  async submit(signature: StopOrLift): Promise<CountersignRefusal | undefined> {
    const refusal = await this.stops.submit(signature, this.options.clock.now());
    if (refusal === undefined) await this.relay.add(signature);
    return refusal;
  }

  /** Hash of the trust document by which calls of this tenant are judged; null where none leads here from a pin. */
  trustHash(tenant: string): string | null {
    return this.trustStore.trustHash(tenant);
  }

  /** What is pinned here, for whoever asks whether this gateway is ready. */
  pins() {
    return this.trustStore.report(this.options.clock.now());
  }

  /** Follows what the feed brings; durable when it resolves. Rejects with the file system's error. */
  async applyFeed({ trust, stops, lifts }: Pick<ChangeData, 'trust' | 'stops' | 'lifts'>): Promise<void> {
    if (trust !== undefined) await this.trustStore.applyFeed(trust, this.options.clock.now());
    this.stops.applyFeed(stops ?? [], lifts ?? []);
    await this.stops.flush();
  }

  /** The broker may have forgotten what it was told. */
  brokerMayHaveForgotten(): void {
    this.reporter.reset();
    this.relay.retryNow();
  }

  /** To be called often: takes pins that were set on this host, and tells the broker of them, and of stops, while in touch. */
  tick(inTouch: boolean): void {
    if (this.retry.isDue) void this.flight.run(() => this.checkPins());
    if (!inTouch) return;
    this.reporter.tick();
    this.relay.tick();
  }

  private async checkPins(): Promise<void> {
    const { clock, log } = this.options;
    try {
      await this.trustStore.checkPins(clock.now());
      await this.stops.flush();
      this.retry.reset();
    } catch (error) {
      this.retry.failed();
      log.error(describeError(error), 'the pins could not be followed; to be tried again');
    }
  }

  /** Whether the tenant's trust document has run out, so that nothing of it may stay open. */
  hasExpired(tenant: string): boolean {
    const trust = this.trustStore.trustFor(tenant);
    return typeof trust === 'object' && this.options.clock.now() >= Date.parse(trust.document.validUntil);
  }

  async close(): Promise<void> {
    await Promise.all([this.reporter.close(), this.relay.close()]);
    await this.flight.settle();
  }
}
