import { join } from 'node:path';
import { pino } from 'pino';
import { type GatewayOptions, type RunningGateway, startGateway } from '../../apps/gateway/src/main.js';
import { eventually } from './eventually.js';
import { removeFolder, tempFolder } from './temp-folder.js';

/** Several complete gateways in this process, each with its own spool, port and credential. */
export class Fleet {
  readonly gateways: RunningGateway[] = [];

  private constructor(private readonly folder: string) {}

  /** @param credentials `csg_…`, one for each gateway */
  static async start(
    credentials: readonly string[],
    options: (index: number) => Partial<GatewayOptions> = () => ({}),
  ): Promise<Fleet> {
    const fleet = new Fleet(await tempFolder('fleet'));
    try {
      for (const [index, credential] of credentials.entries())
        fleet.gateways.push(
          await startGateway({
            credential,
            host: '127.0.0.1',
            port: 0,
            spoolDir: join(fleet.folder, String(index)),
            stopGraceMs: 100,
            logger: pino({ level: 'silent' }),
            ...options(index),
          }),
        );
      await fleet.untilInTouch();
      return fleet;
    } catch (error) {
      await fleet.stop();
      throw error;
    }
  }

  async untilInTouch(): Promise<void> {
    await eventually(
      'every gateway is in touch',
      () => this.gateways.every((gateway) => gateway.isInTouch()),
      60_000,
      20,
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.close()));
    await removeFolder(this.folder);
  }
}
