import { Command } from 'commander';
import { runner } from './command/context.js';
import { registerReviewer } from './grants/commands.js';
import { registerHost } from './host/commands.js';
import { registerOffline } from './offline/commands.js';
import { registerEngineer } from './requests/commands.js';
import { registerAccount } from './sign-in/commands.js';
import type { Io } from './terminal/io.js';

const ENVIRONMENT = `
Environment (a secret may come as NAME_FILE):
  COUNTERSIGN_BROKER_URL    where the broker answers (http://localhost:4000)
  COUNTERSIGN_API_KEY       csk_…, from "countersign keys create" on the broker's host; goes before a login
  COUNTERSIGN_CREDENTIALS_FILE   where "login" keeps what it was given (~/.config/countersign/credentials.json)
  COUNTERSIGN_DATABASE_URL, COUNTERSIGN_DATA_DIR, COUNTERSIGN_MASTER_KEY   for the verbs on the broker's host

Exit: 0 done; 1 refused, failed or invalid content; 2 bad flags, or a file that cannot be opened.
`;

/** The whole command line. Verbs are defined here and loaded when called, so that help and mistakes are quick. */
export function buildProgram(io: Io): Command {
  const program = new Command('countersign')
    .description('Just-in-time access that the customer countersigns.')
    .option('--json', 'print one JSON document on stdout')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      outputError: (text, write) => write(text.replace(/^error: /, 'error[invalid_usage]: ')),
    })
    .showHelpAfterError('(add --help for how to use it)')
    .addHelpText('after', ENVIRONMENT);
  const run = runner(io);
  registerAccount(program, run);
  registerEngineer(program, run);
  registerReviewer(program, run);
  registerHost(program, run);
  registerOffline(program, run);
  return program;
}
