import {
  type BrokerLease,
  type Deps,
  endBrokerLease,
  LEASE_RENEWAL_MS,
  renewBrokerLease,
  takeBrokerLease,
} from '@countersign/access';
import { StoreError } from '@countersign/persistence';
import { PeriodicLoop } from '@countersign/runtime';
import type { Logger } from 'pino';

/**
 * The lease that shows in the store that this broker runs, so that `keys rotate-master` refuses to change the key meanwhile. If the key
 * changes all the same, the next renewal fails and the broker stops. Otherwise it would notice only when it next needs a secret.
 */
export class RunningLease {
  private readonly renewals: PeriodicLoop;
  private report: (error: StoreError) => void = () => undefined;
  /** Settles if the broker must stop. */
  readonly lost = new Promise<StoreError>((resolve) => {
    this.report = resolve;
  });

  private constructor(
    private readonly deps: Deps,
    private readonly logger: Logger,
    private readonly lease: BrokerLease,
  ) {
    const onError = (_name: string, error: unknown) =>
      logger.warn({ err: error }, 'the broker’s lease could not be renewed');
    this.renewals = new PeriodicLoop('broker lease', LEASE_RENEWAL_MS, () => this.renew(), onError);
    this.renewals.start();
  }

  /** @throws StoreError `master_key_mismatch` */
  static async take(deps: Deps, logger: Logger): Promise<RunningLease> {
    const { lease, unended } = await takeBrokerLease(deps);
    if (unended > 0)
      logger.warn(
        { brokers: unended },
        'brokers ended without giving up their leases: they were killed, or lost the database',
      );
    return new RunningLease(deps, logger, lease);
  }

  /** If the database cannot be written, the lease ends by itself. */
  async end(): Promise<void> {
    await this.renewals.stop();
    await endBrokerLease(this.deps, this.lease).catch((error: unknown) =>
      this.logger.warn({ err: error }, 'the broker’s lease could not be ended'),
    );
  }

  private async renew(): Promise<void> {
    try {
      await renewBrokerLease(this.deps, this.lease);
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'master_key_mismatch')) throw error;
      const changed = new StoreError(
        'master_key_changed',
        'The master key of the database was changed while this broker ran. It stops: start it again with the new key.',
        error,
      );
      this.logger.error({ code: changed.code }, changed.message);
      this.report(changed);
    }
  }
}
