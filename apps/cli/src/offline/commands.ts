import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { addVerb, examples, GROUPS } from '../command/define.js';
import type { TokenCheckOptions } from './token-check.js';

/** Verbs that need neither broker nor database. */
export function registerOffline(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.verify);

  addVerb(program, 'token-check', 'Check a token on stdin with the steps of a gateway')
    .requiredOption('--jwks <file>', 'the broker’s keys, as /.well-known/jwks.json gives them')
    .requiredOption('--issuer <url>', 'who must have issued the token')
    .requiredOption('--audience <name>', 'the service that the token must be for')
    .addHelpText(
      'after',
      `\nExits with 0 for a valid token, otherwise with 1 and the reason.\n${examples(
        'countersign token grt_… | countersign token-check --jwks jwks.json --issuer http://localhost:4000 --audience billing',
      )}`,
    )
    .action(
      run(async (context, options: TokenCheckOptions) =>
        (await import('./token-check.js')).checkToken(context, options),
      ),
    );
}
