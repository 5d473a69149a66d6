import { moveDashedIdsLast } from './command/define.js';
import { type ExitCode, reportError } from './command/errors.js';
import { buildProgram } from './program.js';
import { type Io, processIo } from './terminal/io.js';

/**
 * Runs one verb.
 * @param argv without node and script
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    await buildProgram(io).parseAsync(moveDashedIdsLast(argv), { from: 'user' });
    return 0;
  } catch (error) {
    return reportError(io, argv.includes('--json'), error);
  }
}

/** The `countersign` command of this process. It sets `process.exitCode` and does not exit, so that the streams drain. */
export async function main(argv: readonly string[]): Promise<void> {
  const exit = await run(argv, processIo());
  if (exit !== 0) process.exitCode = exit;
}
