import {
  jsonPage,
  type PrivatePages,
  type RunningPrivateListener,
  startPrivateListener,
} from '@countersign/private-listener';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type BrokerSettings, SETTINGS } from '../core.module.js';
import { Metrics } from '../observe/metrics.js';
import { Readiness } from './readiness.js';

/** Metrics and the details of the broker's health, on an address that only the people who run it can reach. */
@Injectable()
export class PrivateListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private listener: RunningPrivateListener | null = null;

  constructor(
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly readiness: Readiness,
    private readonly metrics: Metrics,
  ) {}

  /** Its address; null if there is none. */
  get url(): string | null {
    return this.listener?.url ?? null;
  }

  /** @throws PrivateListenerError, which stops the start of the broker */
  async onApplicationBootstrap(): Promise<void> {
    const { admin } = this.settings;
    if (admin !== null) this.listener = await startPrivateListener(admin, this.pages());
  }

  /** Last of all, so that it shows until the end that the broker is stopping. */
  async onApplicationShutdown(): Promise<void> {
    await this.listener?.close();
  }

  private pages(): PrivatePages {
    return {
      '/healthz': () => jsonPage(200, { status: 'ok' }),
      '/readyz': async () => {
        const details = await this.readiness.read();
        return jsonPage(details.status === 'ok' ? 200 : 503, details);
      },
      '/metrics': async () => {
        const { registry } = this.metrics;
        return { status: 200, type: registry.contentType, body: await registry.metrics() };
      },
    };
  }
}
