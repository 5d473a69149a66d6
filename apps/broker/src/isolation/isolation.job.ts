import { hasPassed, isTestDue, runIsolationTest, stateIsolation } from '@countersign/access';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, type BrokerSettings, DEPS, LOGGER, SETTINGS } from '../core.module.js';
import { KeyRing } from '../keys/keys.js';
import { CanaryProbe } from './canary-probe.js';
import { ProbeClient } from './probe-client.js';

/** Notices of one test. Two canaries cause a handful. */
const MOST_NOTICES = 1_000;

/** Makes the nightly isolation test against the broker's own public address, and writes its result into the logs. */
@Injectable()
export class IsolationJob {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: Pick<BrokerSettings, 'publicUrl' | 'gatewayUrl'>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly keys: KeyRing,
  ) {}

  /** @param publicUrl where the broker is called; a test's broker has another address than its settings say */
  async run(publicUrl: string = this.settings.publicUrl): Promise<void> {
    // Before it listens, and while its address leads nowhere, a broker does not take the day's test.
    if ((await isTestDue(this.deps)) && (await new ProbeClient(publicUrl).isReady()))
      await this.test(publicUrl);
    await stateIsolation(this.deps);
  }

  private async test(publicUrl: string): Promise<void> {
    const since = this.deps.ids.next('ntc');
    const probe = new CanaryProbe(
      publicUrl,
      this.settings.gatewayUrl,
      () => this.noticesSince(since),
      (kid) => this.keys.published(this.deps.clock.now()).some((key) => key['kid'] === kid),
    );
    const run = await runIsolationTest(this.deps, probe);
    if (run?.report != null) {
      const { day, report } = run;
      if (hasPassed(report))
        this.logger.info({ day, attempts: report.attempts }, 'the isolation test passed');
      else this.logger.error({ day, ...report }, 'the isolation test was not passed');
    }
  }

  /** What each notice says, and to which tenant's people it goes. */
  private async noticesSince(id: string) {
    const notices = await this.deps.store.isolation.read(({ outbox }) => outbox.after(id, MOST_NOTICES));
    return notices.map((notice) => ({ tenant: notice.tenant, text: JSON.stringify(notice) }));
  }
}
