import { ConfigError, readBrokerEnvironment } from '@countersign/config';
import { StoreError } from '@countersign/persistence';
import { PrivateListenerError } from '@countersign/private-listener';
import { errorStack, isMainModule } from '@countersign/runtime';
import { type RunningBroker, startBroker } from './start-broker.js';

export { type BrokerOverrides, type RunningBroker, startBroker } from './start-broker.js';

/** Runs the broker in the foreground until a signal. `countersign broker` and `npm start` call it. */
export async function runBroker(env: NodeJS.ProcessEnv): Promise<void> {
  let broker: RunningBroker | undefined;
  let stopped = false;
  const stop = () => {
    stopped = true;
    void broker?.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  broker = await startBroker(readBrokerEnvironment(env));
  void broker.failed.then((error) => {
    process.stderr.write(`${startupLine(error)}\n`);
    process.exit(1);
  });
  if (stopped) stop();
}

/**
 * What the operator reads: the code and message of an error of ours, or that the port cannot be used. Any other error is a fault,
 * so its stack is shown. Values beside the error, such as the parameters of a query, are not: they may be secret.
 */
export function startupLine(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StoreError || error instanceof PrivateListenerError)
    return `error[${error.code}]: ${error.message}`;
  if (error instanceof Error && 'syscall' in error && error.syscall === 'listen')
    return `error[port_unavailable]: the broker cannot listen (${String('code' in error ? error.code : 'unknown')}); choose another COUNTERSIGN_PORT or COUNTERSIGN_HOST`;
  return `error[internal_error]: ${errorStack(error)}`;
}

if (isMainModule(import.meta.url)) {
  try {
    await runBroker(process.env);
  } catch (error) {
    process.stderr.write(`${startupLine(error)}\n`);
    process.exit(1);
  }
}
