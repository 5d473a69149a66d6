import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { examples, verb } from '../command/define.js';
import type { TokenCheckOptions } from './token-check.js';

/** Needs neither broker nor store. */
export function registerOffline(program: Command, run: Run): void {
  program.commandsGroup('Check offline:');

  verb(program, 'token-check', 'Check a token on stdin by the steps that a gateway takes')
    .requiredOption('--jwks <file>', 'the broker’s keys, as /.well-known/jwks.json gives them')
    .requiredOption('--issuer <url>', 'who must have issued it')
    .requiredOption('--audience <name>', 'the service that it must be for')
    .addHelpText(
      'after',
      `\nEnds with 0 for a valid token, else with 1 and the reason.\n${examples(
        'countersign token grt_… | countersign token-check --jwks jwks.json --issuer http://localhost:4000 --audience billing',
      )}`,
    )
    .action(
      run(async (context, options: TokenCheckOptions) =>
        (await import('./token-check.js')).tokenCheck(context, options),
      ),
    );
}
