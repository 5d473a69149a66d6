import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { addListOptions, addVerb, examples, GROUPS } from '../command/define.js';
import type { ListOptions } from '../command/list.js';

export function registerGrants(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.ask);

  addListOptions(addVerb(program, 'grants', 'List grants, newest first'))
    .addHelpText('after', examples('countersign grants --state active'))
    .action(
      run(async (context, options: ListOptions) =>
        (await import('./grants.js')).listGrants(context, options),
      ),
    );

  addVerb(program, 'token', 'Mint a token; stdout holds the token alone')
    .argument('<grant>', 'grt_…')
    .addHelpText('after', '\nPrefer curl or proxy: they keep the token out of files and process lists.\n')
    .action(run(async (context, id: string) => (await import('./grants.js')).createToken(context, id)));

  addVerb(program, 'release', 'Give your access back early')
    .argument('<grant>', 'grt_…')
    .action(run(async (context, id: string) => (await import('./grants.js')).releaseGrant(context, id)));
}

export function registerRevoke(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.decide);
  addVerb(program, 'revoke', 'Stop a grant at once')
    .argument('<grant>', 'grt_…')
    .requiredOption('--reason <text>', 'why; it is written to the log')
    .addHelpText('after', examples('countersign revoke grt_… --reason "Case closed"'))
    .action(
      run(async (context, id: string, options: { reason: string }) =>
        (await import('./grants.js')).revokeGrant(context, id, options),
      ),
    );
}
