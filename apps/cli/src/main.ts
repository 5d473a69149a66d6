import { isMainModule } from '@countersign/runtime';
import type { ExitCode } from './command/errors.js';
import { hostPart } from './host/commands.js';
import { runProcess, runVerb } from './program.js';
import type { Io } from './terminal/io.js';

/** Runs one verb of the whole command. @param argv without node and script */
export const run = (argv: readonly string[], io: Io): Promise<ExitCode> => runVerb(hostPart, argv, io);

/** The whole `countersign` command, which `bin/countersign.mjs` runs. */
export const main = (argv: readonly string[]): Promise<void> => runProcess(hostPart, argv);

if (isMainModule(import.meta.url)) await main(process.argv.slice(2));
