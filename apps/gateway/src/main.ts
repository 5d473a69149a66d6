import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { readGatewayEnvironment } from '@countersign/config';
import type { RunningGateway } from './gateway-options.js';
import { startGateway } from './start-gateway.js';

export type { GatewayOptions, RunningGateway } from './gateway-options.js';
export { startGateway } from './start-gateway.js';

/**
 * Starts a gateway from environment variables and stops it on SIGTERM or SIGINT; resolves when it listens.
 * Throws ConfigError, and what `startGateway` throws.
 */
export async function runGateway(env: NodeJS.ProcessEnv = process.env): Promise<RunningGateway> {
  const gateway = await startGateway(readGatewayEnvironment(env));
  const stop = () => {
    void gateway.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return gateway;
}

const started = process.argv[1];
if (started !== undefined && import.meta.url === pathToFileURL(realpathSync(started)).href) {
  try {
    await runGateway();
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    process.stderr.write(`error[${code ?? 'start_failed'}]: ${message ?? 'the gateway could not start'}\n`);
    process.exit(1);
  }
}
