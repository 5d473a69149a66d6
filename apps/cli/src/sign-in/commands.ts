import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { addVerb, examples, GROUPS } from '../command/define.js';
import type { LoginOptions } from './login.js';

export function registerSignIn(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.signIn);

  addVerb(program, 'login', 'Sign in through the browser, or store an API key')
    .option('--organisation <slug>', 'where you sign in: your organisation’s slug, or vendor')
    .option('--with-key', 'store the API key that is read from stdin, instead')
    .option('--no-browser', 'print the address and open nothing')
    .addHelpText(
      'after',
      `\nThe credential is stored for you alone (mode 0600), lasts for hours and is listed among your sessions.\n${examples(
        'countersign login --organisation vendor',
        'countersign login --with-key < key',
      )}`,
    )
    .action(
      run(async (context, options: LoginOptions) => (await import('./login.js')).login(context, options)),
    );

  addVerb(program, 'logout', 'End the session of this command and forget it').action(
    run(async (context) => (await import('./session.js')).logout(context)),
  );

  addVerb(program, 'whoami', 'Show who is signed in').action(
    run(async (context) => (await import('./session.js')).whoami(context)),
  );
}
