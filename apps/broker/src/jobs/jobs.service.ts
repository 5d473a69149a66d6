import {
  makeDailyStatements,
  openDueDemands,
  openSeals,
  prune,
  pruneLogs,
  publishReport,
  recordAccessHeads,
  remindTrust,
  runAccessReviews,
  runDueTransitions,
  runPractices,
  sealDays,
} from '@countersign/access';
import { PeriodicLoop } from '@countersign/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, DEPS, LOGGER } from '../core.module.js';
import { GatewayPresence } from '../gateway-api/gateway-presence.js';
import { IsolationJob } from '../isolation/isolation.job.js';
import { StatementSigner } from '../logs/statement-signer.js';
import { Metrics } from '../observe/metrics.js';
import { ReportSigner } from '../transparency/report-signer.js';
import { DailyJob } from './daily-job.js';

const EVERY_MS = 1_000;
const PRUNE_EVERY_MS = 10 * 60_000;
const GATEWAYS_EVERY_MS = 5_000;
const REMIND_EVERY_MS = 60_000;
const DEMANDS_EVERY_MS = 30_000;
const STATEMENTS_EVERY_MS = 30_000;
const REPORTS_EVERY_MS = 10 * 60_000;
const REVIEWS_EVERY_MS = 30_000;
const PRACTICES_EVERY_MS = 60_000;
const ISOLATION_EVERY_MS = 10_000;
/** A turn handles two hundred tenants: ten thousand have their day's leaves nine minutes after midnight UTC. */
const DAILY_EVERY_MS = 10_000;
/** The most batches of one run of the expiry job. The rest waits for the next run. */
const MOST_BATCHES = 50;

/**
 * The broker's recurring work: starts and ends what is due, records gateway contact, sends reminders, writes the logs' daily
 * leaves, deletes old data.
 */
@Injectable()
export class JobsService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loops: readonly PeriodicLoop[];

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: Metrics,
    watch: GatewayPresence,
    private readonly signer: StatementSigner,
    isolation: IsolationJob,
    private readonly reportSigner: ReportSigner,
  ) {
    const onError = (job: string, error: unknown) => this.logger.error({ err: error, job }, 'a job failed');
    const seals = new DailyJob((after) => sealDays(this.deps, after));
    const openings = new DailyJob((after) => openSeals(this.deps, after));
    this.loops = [
      new PeriodicLoop('daily leaves', DAILY_EVERY_MS, () => this.report('sealed', seals.run()), onError),
      new PeriodicLoop('seals', DAILY_EVERY_MS, () => this.report('unsealed', openings.run()), onError),
      new PeriodicLoop('demands', DEMANDS_EVERY_MS, () => this.openDemands(), onError),
      new PeriodicLoop('reports', REPORTS_EVERY_MS, () => this.publishReports(), onError),
      new PeriodicLoop('access reviews', REVIEWS_EVERY_MS, () => this.reviewAccess(), onError),
      new PeriodicLoop('practices', PRACTICES_EVERY_MS, () => this.practise(), onError),
      new PeriodicLoop('isolation', ISOLATION_EVERY_MS, () => isolation.run(), onError),
      new PeriodicLoop('statements', STATEMENTS_EVERY_MS, () => this.makeStatements(), onError),
      new PeriodicLoop('expiry', EVERY_MS, () => this.expire(), onError),
      new PeriodicLoop('pruning', PRUNE_EVERY_MS, () => this.prune(), onError),
      new PeriodicLoop('gateways', GATEWAYS_EVERY_MS, () => watch.turn(), onError),
      new PeriodicLoop('reminders', REMIND_EVERY_MS, () => this.remind(), onError),
    ];
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  private async report(what: string, run: Promise<number>): Promise<void> {
    const leaves = await run;
    if (leaves > 0) this.logger.info({ leaves }, `${what} days of logs`);
  }

  private async expire(): Promise<void> {
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      const done = await runDueTransitions(this.deps);
      if (Object.values(done).every((count) => count === 0)) return;
      this.metrics.expired(done);
      this.logger.info(done, 'applied the transitions that were due');
    }
  }

  private async remind(): Promise<void> {
    const tenants = await remindTrust(this.deps);
    if (tenants > 0) this.logger.info({ tenants }, 'reminded tenants whose trust document ends soon');
  }

  private async openDemands(): Promise<void> {
    await recordAccessHeads(this.deps);
    const demands = await openDueDemands(this.deps);
    if (demands > 0) this.logger.info({ demands }, 'opened demands whose gag has ended');
  }

  private async makeStatements(): Promise<void> {
    const statements = await makeDailyStatements(this.deps, (tenant, span, facts) =>
      this.signer.sign(tenant, span, facts),
    );
    if (statements > 0) this.logger.info({ statements }, 'made daily statements');
  }

  private async publishReports(): Promise<void> {
    const period = await publishReport(this.deps, (log, report) => this.reportSigner.sign(log, report));
    if (period !== null) this.logger.info({ period }, 'published a transparency report');
  }

  private async reviewAccess(): Promise<void> {
    const run = await runAccessReviews(this.deps);
    if (run.opened + run.reminded + run.closed > 0) this.logger.info(run, 'ran the access reviews');
  }

  private async practise(): Promise<void> {
    const run = await runPractices(this.deps);
    if (run.opened + run.reminded + run.closed > 0) this.logger.info(run, 'ran the practices');
  }

  private async prune(): Promise<void> {
    const leaves = await pruneLogs(this.deps);
    if (leaves > 0) this.logger.info({ leaves }, 'pruned leaves of logs');
    const pruned = await prune(this.deps);
    if (pruned.notices + pruned.idempotentAnswers > 0) this.logger.info(pruned, 'pruned');
  }
}
