import { hostVerbsNotInstalled } from './host/not-installed.js';
import { runProcess } from './program.js';

/** The `countersign` command that `npm i -g` installs: all verbs but those of the host (decision 54). */
export const main = (argv: readonly string[]): Promise<void> => runProcess(hostVerbsNotInstalled, argv);
