import { CliError } from '../command/errors.js';

type Program = 'broker' | 'gateway';

const PORTS = { broker: 'COUNTERSIGN_PORT', gateway: 'COUNTERSIGN_GATEWAY_PORT' } as const;
const STARTS = { broker: 'runBroker', gateway: 'runGateway' } as const;

/**
 * Starts a program of this package in this very process; it stops itself on SIGINT and SIGTERM.
 * @throws CliError `port_unavailable`, and what the program's start throws
 */
export async function foreground(program: Program, env: NodeJS.ProcessEnv): Promise<void> {
  const main: Record<string, unknown> = await import(
    new URL(`../../../${program}/src/main.js`, import.meta.url).href
  );
  const start = main[STARTS[program]];
  if (typeof start !== 'function') throw new TypeError(`${program} exports no ${STARTS[program]}`);
  try {
    await start(env);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && error.syscall === 'listen')) throw error;
    const why = 'code' in error ? String(error.code) : 'unknown';
    const detail = `the ${program} cannot listen (${why}); choose another ${PORTS[program]} or COUNTERSIGN_HOST`;
    throw new CliError('port_unavailable', detail, { cause: error });
  }
}
