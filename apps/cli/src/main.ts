import type { ExitCode } from './command/errors.js';
import { report } from './command/errors.js';
import { withDashedIdsLast } from './command/flags.js';
import { buildProgram } from './program.js';
import { type Io, processIo } from './terminal/io.js';

/**
 * Runs one verb.
 * @param argv without node and script
 * @returns how the command ends: 0, 1 or 2
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    await buildProgram(io).parseAsync(withDashedIdsLast(argv), { from: 'user' });
    return 0;
  } catch (error) {
    return report(io, argv.includes('--json'), error);
  }
}

/** The `countersign` command of this process. Leaves the status in `process.exitCode`, so that streams drain. */
export async function main(argv: readonly string[]): Promise<void> {
  const status = await run(argv, processIo());
  if (status !== 0) process.exitCode = status;
}
