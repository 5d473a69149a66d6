import { withinTime } from '@countersign/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { ClientAddresses } from '../http/client-address.js';
import { Shutdown } from '../http/shutdown.js';

const READ_MS = 5_000;
/** How long all probes share what was read. Anyone may probe without limit, and must not keep the store busy. */
const SHARED_MS = 1_000;

/** Whether the broker can serve, and if not, why. */
export type ReadinessDetails = {
  status: 'ok' | 'unavailable';
  stopping: boolean;
  /** `not_read`: while the broker stops, nobody looks. */
  store: 'ok' | 'unreadable' | 'not_read';
  /**
   * Peers of the last hour that look like proxies and are not in `COUNTERSIGN_TRUSTED_PROXIES`: all of their clients share
   * one rate limit. Any client can make itself look like one.
   */
  unlistedProxies: readonly string[];
};

/** Reads the state of the broker. Only the private listener shows more than its `status`. */
@Injectable()
export class Readiness {
  private reading: Promise<boolean> | undefined;
  /** On the clock that never goes back. */
  private sharedUntil = 0;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly shutdown: Shutdown,
    private readonly addresses: ClientAddresses,
  ) {}

  async read(): Promise<ReadinessDetails> {
    const { stopping } = this.shutdown;
    const store = stopping ? 'not_read' : (await this.storeReads()) ? 'ok' : 'unreadable';
    const status = store === 'ok' ? 'ok' : 'unavailable';
    return { status, stopping, store, unlistedProxies: this.addresses.suspects() };
  }

  /** At most one read at a time, and one a second. */
  private storeReads(): Promise<boolean> {
    if (this.reading !== undefined && performance.now() < this.sharedUntil) return this.reading;
    this.sharedUntil = Number.POSITIVE_INFINITY;
    this.reading = this.readStore().finally(() => {
      this.sharedUntil = performance.now() + SHARED_MS;
    });
    return this.reading;
  }

  /** A probe needs an answer sooner than the store gives up a database that does not answer. */
  private async readStore(): Promise<boolean> {
    const reading = this.deps.store.feed
      .read((unit) => unit.feed.head())
      .then(
        () => true,
        () => false,
      );
    return (await withinTime(reading, READ_MS)) ?? false;
  }
}
