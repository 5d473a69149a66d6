import { moveDashedIdsLast } from './command/define.js';
import { type ExitCode, reportError } from './command/errors.js';
import type { HostPart } from './command/host-part.js';
import { buildProgram } from './program.js';
import { type Io, processIo } from './terminal/io.js';

/**
 * Runs one verb.
 * @param argv without node and script
 */
export async function runVerb(host: HostPart, argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    await buildProgram(io, host).parseAsync(moveDashedIdsLast(argv), { from: 'user' });
    return 0;
  } catch (error) {
    return reportError(io, argv.includes('--json'), error);
  }
}

/** Runs one verb of this process. It sets `process.exitCode` and does not exit, so that the streams drain. */
export async function runProcess(host: HostPart, argv: readonly string[]): Promise<void> {
  const exit = await runVerb(host, argv, processIo());
  if (exit !== 0) process.exitCode = exit;
}
