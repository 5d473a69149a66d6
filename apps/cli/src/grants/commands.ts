import type { Command } from 'commander';
import { CHOICES } from '../command/choices.js';
import type { Run } from '../command/context.js';
import { addListOptions, addPageOptions, addVerb, examples, GROUPS } from '../command/define.js';
import type { ListOptions } from '../command/list.js';

export function registerGrants(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.ask);

  addListOptions(addVerb(program, 'grants', 'List grants, newest first'), CHOICES.grantState)
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

  addVerb(program, 'extend', 'Request more time for a grant, for the same scope; the customer decides')
    .argument('<grant>', 'grt_…')
    .requiredOption('--for <duration>', 'how much longer, such as 30m or PT30M')
    .requiredOption('--reason <text>', 'why you need it; the customer reads this')
    .addHelpText(
      'after',
      examples('countersign extend @last --for 30m --reason "The fix needs a second run"'),
    )
    .action(
      run(async (context, id: string, options: { for: string; reason: string }) =>
        (await import('./grants.js')).extendGrant(context, id, options),
      ),
    );

  addPageOptions(addVerb(program, 'calls', 'List the calls under a grant, newest first'))
    .argument('<grant>', 'grt_…')
    .addHelpText('after', examples('countersign calls @last'))
    .action(
      run(async (context, id: string, options: ListOptions) =>
        (await import('./calls.js')).listCalls(context, id, options),
      ),
    );

  addVerb(program, 'open', 'Open the service of a grant in your browser')
    .argument('<grant>', 'grt_…')
    .argument('[path]', 'the page of the service (default: / or else the first page that the grant covers)')
    .option('--no-browser', 'print the address only')
    .addHelpText('after', examples('countersign open @last', 'countersign open @last /tenants/acme/invoices'))
    .action(
      run(async (context, id: string, path: string | undefined, options: { browser: boolean }) =>
        (await import('./grants.js')).openGrant(context, id, path, options),
      ),
    );

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

  addVerb(program, 'resume', 'Let a grant go on that a rule of your side has paused')
    .argument('<grant>', 'grt_…')
    .addHelpText('after', '\nThe rule counts the engineer’s calls from then on.\n')
    .action(run(async (context, id: string) => (await import('./grants.js')).resumeGrant(context, id)));
}
