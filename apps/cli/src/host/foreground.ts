import { CliError } from '../command/errors.js';

const PROGRAMS = {
  broker: { start: 'runBroker', port: 'COUNTERSIGN_PORT' },
  gateway: { start: 'runGateway', port: 'COUNTERSIGN_GATEWAY_PORT' },
} as const;

/** Where `npm run build` puts the programs, whether the command runs compiled or from source. */
const BUNDLES = new URL(
  import.meta.url.endsWith('.ts') ? '../../../../dist/programs/' : '../../../../programs/',
  import.meta.url,
);

/**
 * Runs a program of this package in this process. It stops on SIGINT and SIGTERM.
 * @throws CliError `port_unavailable`; errors of the program's start
 */
export async function runInForeground(program: keyof typeof PROGRAMS, env: NodeJS.ProcessEnv): Promise<void> {
  const { start, port } = PROGRAMS[program];
  const main: Record<string, unknown> = await import(new URL(`${program}.js`, BUNDLES).href);
  const run = main[start];
  if (typeof run !== 'function') throw new TypeError(`${program} exports no ${start}`);
  try {
    await run(env);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && error.syscall === 'listen')) throw error;
    const code = 'code' in error ? String(error.code) : 'unknown';
    const detail = `the ${program} cannot listen (${code}); choose another ${port} or COUNTERSIGN_HOST`;
    throw new CliError('port_unavailable', detail, { cause: error });
  }
}
