import { ConfigError, readGatewayEnvironment } from '@countersign/config/gateway';
import { ProtocolError } from '@countersign/gateway-protocol';
import { isMainModule } from '@countersign/runtime';
import type { RunningGateway } from './gateway-options.js';
import { startGateway } from './start-gateway.js';
import { isWorker, runWorker } from './workers/worker.js';

export type { GatewayOptions, RunningGateway } from './gateway-options.js';
export { startGateway } from './start-gateway.js';

/**
 * Starts a gateway from environment variables, and stops it on SIGTERM or SIGINT. Resolves when it listens; in a
 * worker process, never. Throws ConfigError, and what `startGateway` throws.
 */
export async function runGateway(env: NodeJS.ProcessEnv = process.env): Promise<RunningGateway> {
  if (isWorker()) return runWorker();
  const gateway = await startGateway(readGatewayEnvironment(env)).catch((error: unknown) => {
    throw error instanceof ProtocolError && error.code === 'invalid_credential'
      ? badCredential(error)
      : error;
  });
  const stop = () => {
    void gateway.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return gateway;
}

/**
 * Only the gateway can decode its credential, so the rule is stated here. The message never contains the credential.
 */
function badCredential(cause: ProtocolError): ConfigError {
  const rule = 'must be the whole of what "countersign gateways enroll NAME" printed';
  return Object.assign(new ConfigError([{ key: 'COUNTERSIGN_GATEWAY_CREDENTIAL', rule }]), { cause });
}

/** One line for the operator. */
function startupLine(error: unknown): string {
  const { code, message, syscall } = error as { code?: string; message?: string; syscall?: string };
  if (syscall === 'listen') {
    return `error[port_unavailable]: the gateway cannot listen (${code ?? 'unknown'}); choose another COUNTERSIGN_GATEWAY_PORT or COUNTERSIGN_HOST`;
  }
  return `error[${code ?? 'start_failed'}]: ${message ?? 'the gateway could not start'}`;
}

if (isMainModule(import.meta.url)) {
  try {
    await runGateway();
  } catch (error) {
    process.stderr.write(`${startupLine(error)}\n`);
    process.exit(1);
  }
}
