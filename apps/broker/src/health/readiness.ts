import { hasPassed, type IsolationRun, newestTest } from '@countersign/access';
import { withinTime } from '@countersign/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { PartedGateways } from '../gateway-api/parted-gateways.js';
import { ClientAddresses } from '../http/client-address.js';
import { SharedAddresses } from '../http/shared-addresses.js';
import { Shutdown } from '../http/shutdown.js';

const READ_MS = 5_000;
/** How long all probes share what was read. Anyone may probe without limit, and must not keep the store busy. */
const SHARED_MS = 1_000;

/** Whether the broker can serve, and if not, why. */
export type ReadinessDetails = {
  status: 'ok' | 'unavailable';
  stopping: boolean;
  /** `not_read`: the broker stops, so it does not look. */
  store: 'ok' | 'unreadable' | 'not_read';
  /**
   * Peers of the last hour that look like proxies and are not in `COUNTERSIGN_TRUSTED_PROXIES`: all of their clients share
   * one rate limit. Any client can make itself look like one.
   */
  unlistedProxies: readonly string[];
  /** Addresses of the last hour that stand for many accounts, if no proxy is listed: such as a proxy that sends no header. */
  sharedAddresses: readonly string[];
  /** Logs that are not what they signed before, and are signed no more until `countersign restore`. */
  stoppedLogs: readonly string[];
  /** Gateways that are refused because they have received or shipped more than the database has, and what to do; else null. */
  parted: { gateways: readonly string[]; run: string } | null;
  /** The newest isolation test: `failed` if a customer could read another one's data, or if the test could not be made. */
  isolation: 'passed' | 'failed' | 'none';
};

type StoreReading = Pick<ReadinessDetails, 'stoppedLogs' | 'isolation'>;

/** A test that is older than this is none. */
const TEST_MS = 48 * 3_600_000;

function outcomeOf(run: IsolationRun | null, now: Date): ReadinessDetails['isolation'] {
  if (run?.report == null || run.endedAt === null) return 'none';
  const isRecent = now.getTime() - Date.parse(run.endedAt) < TEST_MS;
  return isRecent && hasPassed(run.report) ? 'passed' : 'failed';
}

/** Most logs that are named. */
const MOST_LOGS = 20;

/** Reads the state of the broker. Only the private listener shows more than its `status`. */
@Injectable()
export class Readiness {
  private reading: Promise<StoreReading | null> | undefined;
  /** On the clock that never goes back. */
  private sharedUntil = 0;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly shutdown: Shutdown,
    private readonly addresses: ClientAddresses,
    private readonly shared: SharedAddresses,
    private readonly partedGateways: PartedGateways,
  ) {}

  async read(): Promise<ReadinessDetails> {
    const { stopping } = this.shutdown;
    const reading = stopping ? null : await this.storeReads();
    const store = stopping ? 'not_read' : reading === null ? 'unreadable' : 'ok';
    const status = store === 'ok' ? 'ok' : 'unavailable';
    return {
      ...{ status, stopping, store },
      ...{ unlistedProxies: this.addresses.suspects(), sharedAddresses: this.shared.list() },
      parted: this.partedGateways.state,
      ...(reading ?? { stoppedLogs: [], isolation: 'none' }),
    };
  }

  /** At most one read at a time, and one a second. */
  private storeReads(): Promise<StoreReading | null> {
    if (this.reading !== undefined && performance.now() < this.sharedUntil) return this.reading;
    this.sharedUntil = Number.POSITIVE_INFINITY;
    this.reading = this.readStore().finally(() => {
      this.sharedUntil = performance.now() + SHARED_MS;
    });
    return this.reading;
  }

  /**
   * A probe needs an answer sooner than the store gives up a database that does not answer.
   *
   * @returns null if the store cannot be read
   */
  private async readStore(): Promise<StoreReading | null> {
    const reading = Promise.all([
      this.deps.store.feed.read(async (unit) => {
        await unit.feed.head();
        return unit.checkpoints.stopped(MOST_LOGS);
      }),
      newestTest(this.deps),
    ])
      .then(
        ([stoppedLogs, run]): StoreReading => ({
          stoppedLogs,
          isolation: outcomeOf(run, this.deps.clock.now()),
        }),
      )
      .catch(() => null);
    return (await withinTime(reading, READ_MS)) ?? null;
  }
}
