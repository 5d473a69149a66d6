import { readBrokerEnvironment, readGatewayEnvironment } from '@countersign/config';
import { createLogger } from '@countersign/runtime';
import type { BrokerOverrides } from '../../apps/broker/src/start-broker.js';
import { eventually } from './eventually.js';
import { isReady, type Running } from './program.js';

/** What can run inside the process of the test. */
export type InsideName = 'broker' | 'gateway';

/**
 * A broker or a gateway inside the process of the test, from the variables that the program would read. It starts in a
 * tenth of the time that a process takes. Use a process if a test kills it, or is about its streams or its exit code.
 */
export class Inside implements Running {
  stdout = '';
  private closed: Promise<void> | undefined;

  private constructor(
    private readonly name: InsideName,
    private started: Promise<{ close(): Promise<void> }>,
  ) {
    // Callers that wait for the end get the error. It may occur before anyone waits.
    started.catch(() => undefined);
  }

  static start(
    name: InsideName,
    env: Readonly<Record<string, string>>,
    overrides: Pick<BrokerOverrides, 'outbound'> = {},
  ): Inside {
    const write = (line: string) => {
      inside.stdout += line;
    };
    const inside: Inside = new Inside(
      name,
      name === 'broker' ? broker(env, { ...overrides, logTo: { write } }) : gateway(env, write),
    );
    return inside;
  }

  async untilReady(url: string, limitMs = 60_000): Promise<void> {
    await this.started;
    await eventually(`${this.name} is ready`, () => isReady(url), limitMs);
  }

  stop(): Promise<void> {
    if (this.closed !== undefined) return this.closed;
    this.closed = this.started.then(
      (running) => running.close(),
      () => undefined,
    );
    // A spec keeps this object until its worker ends. What has run here need not stay in memory as long.
    this.started = Promise.resolve({ close: () => Promise.resolve() });
    return this.closed;
  }

  dispose(): Promise<void> {
    return this.stop();
  }
}

type Write = (line: string) => void;

// Loaded only on use: the benchmarks use this folder too, but start only processes.
async function broker(env: Readonly<Record<string, string>>, overrides: BrokerOverrides) {
  const { startBroker } = await import('../../apps/broker/src/start-broker.js');
  return startBroker(readBrokerEnvironment(env), overrides);
}

async function gateway(env: Readonly<Record<string, string>>, write: Write) {
  const { startGateway } = await import('../../apps/gateway/src/start-gateway.js');
  const logger = createLogger({
    level: 'info',
    base: { process: 'gateway' },
    destination: { write },
    time: 'iso',
  });
  return startGateway({ ...readGatewayEnvironment(env), logger, stopGraceMs: 100 });
}
