import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { examples, verb } from '../command/define.js';
import type { LoginOptions } from './login.js';

/** Who works here. */
export function registerAccount(program: Command, run: Run): void {
  program.commandsGroup('Sign in:');

  verb(program, 'login', 'Sign in through the browser, or keep a key')
    .option('--organisation <slug>', 'where you sign in: your organisation’s slug, or vendor')
    .option('--with-key', 'keep the API key that stands on stdin, instead')
    .option('--no-browser', 'print the address and open nothing')
    .addHelpText(
      'after',
      `\nWhat it is given is kept for you alone (0600), lives for hours and is listed among your sessions.\n${examples(
        'countersign login --organisation vendor',
        'countersign login --with-key < key',
      )}`,
    )
    .action(
      run(async (context, options: LoginOptions) => (await import('./login.js')).login(context, options)),
    );

  verb(program, 'logout', 'End the session of this command and forget it').action(
    run(async (context) => (await import('./session.js')).logout(context)),
  );

  verb(program, 'whoami', 'Show who is signed in').action(
    run(async (context) => (await import('./session.js')).whoami(context)),
  );
}
