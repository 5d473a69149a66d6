import { mkdir } from 'node:fs/promises';
import type { CountersignRefusal, PinnedTrust, StopOrLift } from '@countersign/authorization';
import type { ChangeData, GatewayPin, SignedStop } from '@countersign/gateway-protocol';
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
  /** Whether tenants without a pin are refused, even if no one has claimed them. */
  pinnedOnly: boolean;
  broker: Pick<BrokerClient, 'post' | 'postSigned'>;
  clock: Clock;
  log: Logger;
  /**
   * Called with the tenants whose trust document has changed, so that their open calls can be cut. `onStop` is called
   * when a stop is added.
   */
  onTrust(tenants: readonly string[]): void;
  onStop(): void;
  /** Called when something new is stopped or lifted, after it is in force. */
  onStopsChanged?(tenant: string): void;
};

/** What the checks of a call ask about the customers' own rules. */
export type CustomerRulesView = {
  trust(tenant: string): PinnedTrust | 'unpinned' | undefined;
  /** Tenants with a pin now or earlier. Always the same set object, which only grows. */
  pinnedTenants: ReadonlySet<string>;
  stopOn(what: { tenant: string; digest: string }): string | undefined;
};

/** The trust that applies to a tenant's calls. @param pinned undefined if no document is pinned */
export const trustToApply = (
  pinned: PinnedTrust | 'unpinned' | undefined,
  { pinnedOnly }: { pinnedOnly: boolean },
): PinnedTrust | 'unpinned' | undefined => pinned ?? (pinnedOnly ? 'unpinned' : undefined);

/** Whether a trust document has expired, so that none of its tenant's calls may stay open. */
export const hasExpired = (
  pinned: PinnedTrust | 'unpinned' | undefined,
  { clock }: { clock: Pick<Clock, 'now'> },
): boolean => typeof pinned === 'object' && clock.now() >= Date.parse(pinned.document.validUntil);

/** What a customer has signed, as one process passes it on to another. */
export type TenantRules = {
  tenant: string;
  trust: PinnedTrust | 'unpinned' | undefined;
  /** Hash of the trust document in force; null if none is pinned. */
  hash: string | null;
  pin: GatewayPin | undefined;
  isPinned: boolean;
  /** The active stops, by the hash of the statement. */
  stops: [string, SignedStop][];
  /** Stops that were lifted and never return, as hashes of the statements. */
  lifted: string[];
};

/** The customers' own rules as a process that serves calls uses them: its own, or those of its primary. */
export type GatewayRules = CustomerRulesView &
  Pick<CustomerRules, 'submit' | 'trustHash' | 'pins' | 'pinOf' | 'tick' | 'hasExpired' | 'close'>;

/**
 * Everything that customers have signed and this gateway keeps: trust documents, stops, and the pins that they depend
 * on.
 */
export class CustomerRules implements CustomerRulesView {
  private readonly flight = new SingleFlight();
  /** A failing disk is not tried at every tick. */
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

  /** Reads what earlier runs stored. Throws if any of it cannot be read whole. */
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
      ...(options.onStopsChanged !== undefined && { onChange: options.onStopsChanged }),
    });
    const reporter = new PinReporter({
      broker,
      log,
      pins: () => trusts.report(clock.now()),
      revision: () => trusts.revision,
      clock,
    });
    const relay = await StopRelay.load({ spoolDir, broker, clock, log });
    return new CustomerRules(options, trusts, stops, reporter, relay);
  }

  trust(tenant: string): PinnedTrust | 'unpinned' | undefined {
    return trustToApply(this.trustStore.trustFor(tenant), this.options);
  }

  get pinnedTenants(): ReadonlySet<string> {
    return this.trustStore.pinnedTenants;
  }

  stopOn(what: { tenant: string; digest: string }): string | undefined {
    return this.stops.find(what);
  }

  /**
   * A stop or lift from the customer itself. It is in force at once, on disk when this resolves, and then relayed to
   * the broker. Resolves with the reason if it is not accepted. Rejects with the file system's error.
   */
  async submit(signature: StopOrLift): Promise<CountersignRefusal | undefined> {
    const refusal = await this.stops.submit(signature, this.options.clock.now());
    if (refusal === undefined) await this.relay.add(signature);
    return refusal;
  }

  /** Hash of the trust document that applies to this tenant's calls; null if none is pinned here. */
  trustHash(tenant: string): string | null {
    return this.trustStore.trustHash(tenant);
  }

  /** What is pinned here, for `/readyz`. */
  pins() {
    return this.trustStore.report(this.options.clock.now());
  }

  /** What is pinned here of one tenant; undefined if nothing is. */
  pinOf(tenant: string) {
    return this.trustStore.reportOf(tenant, this.options.clock.now());
  }

  /** Every tenant with known rules or stops. */
  get tenants(): ReadonlySet<string> {
    return new Set([...this.trustStore.tenants, ...this.stops.tenants]);
  }

  /** Everything that a process needs to apply a tenant's rules. */
  rulesOf(tenant: string): TenantRules {
    return {
      ...{ tenant, trust: this.trustStore.trustFor(tenant), hash: this.trustHash(tenant) },
      ...{ pin: this.pinOf(tenant), isPinned: this.pinnedTenants.has(tenant), stops: this.stops.of(tenant) },
      lifted: this.stops.liftedOf(tenant),
    };
  }

  /** Applies what the feed brings. Durable when it resolves. Rejects with the file system's error. */
  async applyFeed({ trust, stops, lifts }: Pick<ChangeData, 'trust' | 'stops' | 'lifts'>): Promise<void> {
    if (trust !== undefined) await this.trustStore.applyFeed(trust, this.options.clock.now());
    this.stops.applyFeed(stops ?? [], lifts ?? []);
    await this.stops.flush();
  }

  /** The broker may have forgotten what this gateway reported. */
  brokerMayHaveForgotten(): void {
    this.reporter.reset();
    this.relay.retryNow();
  }

  /**
   * Called often. Takes pins that were set on this host. While in touch, reports them to the broker and relays stops.
   */
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
      log.error(describeError(error), 'the pins could not be applied; this is tried again');
    }
  }

  hasExpired(tenant: string): boolean {
    return hasExpired(this.trustStore.trustFor(tenant), this.options);
  }

  async close(): Promise<void> {
    await Promise.all([this.reporter.close(), this.relay.close()]);
    await this.flight.settle();
  }
}
