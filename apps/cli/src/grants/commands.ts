import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { examples, pageOptions, verb } from '../command/define.js';
import type { ListOptions } from '../command/list.js';
import type { InviteOptions } from '../invitations/invitations.js';
import type { ReviewOptions } from '../requests/review.js';

/** Deciding, inviting, and stopping. */
export function registerReviewer(program: Command, run: Run): void {
  program.commandsGroup('Decide and stop:');

  verb(program, 'review', 'Approve or deny a request, or offer less instead')
    .argument('<request>', 'req_…')
    .option('--approve', 'approve exactly what is asked')
    .option('--deny', 'deny it; needs --reason')
    .option('--counter', 'offer less: with --scope, --for, or both, or a --preset')
    .option('--scope <resource:actions...>', 'what you would allow, with --counter')
    .option('--for <duration>', 'how long you would allow it, with --counter')
    .option('--preset <name>', 'with --counter: read-only, half-time, or only=RESOURCE[,RESOURCE]…')
    .option('--reason <text>', 'why; the requester reads this')
    .option('--digest <digest>', 'decide on this digest, and on nothing else')
    .addHelpText(
      'after',
      `\nWithout --digest the request is shown first, and the decision is on the digest shown.\n${examples(
        'countersign review req_… --approve',
        'countersign review req_… --deny --reason "Not before the audit is over"',
        'countersign review req_… --counter --preset only=invoices/17',
      )}`,
    )
    .action(
      run(async (context, id: string, options: ReviewOptions) =>
        (await import('../requests/review.js')).review(context, id, options),
      ),
    );

  verb(program, 'invite', 'Open the door yourself: what fits needs no further yes of yours')
    .argument('<service>', 'data service, such as billing')
    .requiredOption(
      '--scope <resource:actions...>',
      'RESOURCE:ACTION[,ACTION]…; * is one segment, a final ** any number (may be repeated)',
    )
    .requiredOption('--until <time>', 'the whole of each access lies before it, such as 2026-11-27T17:00:00Z')
    .option('--ticket <id>', 'only for the case or ticket of this name')
    .option('--for <duration>', 'the longest that one access may last, as ISO 8601, such as PT1H')
    .option('--uses <n>', 'only so many times')
    .option('--calls <n>', 'at most so many calls each time')
    .option('--start-at <time>', 'not before this time')
    .addHelpText(
      'after',
      examples(
        'countersign invite billing --scope "invoices/*:read" --until 2026-11-27T17:00:00Z --ticket 4711 --uses 3',
      ),
    )
    .action(
      run(async (context, service: string, options: InviteOptions) =>
        (await import('../invitations/invitations.js')).invite(context, service, options),
      ),
    );

  pageOptions(verb(program, 'invitations', 'List invitations, newest first'))
    .option('--tenant <slug>', 'of this tenant; your own where absent')
    .option('--state <state>', 'only those in this state: open, used_up, withdrawn, expired')
    .option('--service <name>', 'only those to this service')
    .action(
      run(async (context, options: ListOptions) =>
        (await import('../invitations/invitations.js')).invitations(context, options),
      ),
    );

  verb(program, 'withdraw', 'Shut the door: what the invitation opened ends at once')
    .argument('<invitation>', 'inv_…')
    .option('--reason <text>', 'why; it stands in the log')
    .action(
      run(async (context, id: string, options: { reason?: string }) =>
        (await import('../invitations/invitations.js')).withdraw(context, id, options),
      ),
    );

  verb(program, 'revoke', 'Stop a grant at once')
    .argument('<grant>', 'grt_…')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .addHelpText('after', examples('countersign revoke grt_… --reason "Case closed"'))
    .action(
      run(async (context, id: string, options: { reason: string }) =>
        (await import('./grants.js')).revoke(context, id, options),
      ),
    );

  verb(program, 'lock', 'Block a tenant, a person or a service at once')
    .argument('<kind>', 'tenant, person or service')
    .argument('<name>', 'a slug; a usr_… or vendor e-mail; a service’s name')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .option('--for <duration>', 'how long, as ISO 8601, such as PT12H; until it is lifted where absent')
    .addHelpText(
      'after',
      examples(
        'countersign lock person erin@northwind.example --reason "Laptop stolen"',
        'countersign lock tenant acme --reason "Under investigation" --for PT12H',
      ),
    )
    .action(
      run(async (context, kind: string, name: string, options: { reason: string; for?: string }) =>
        (await import('../locks/locks.js')).lock(context, kind, name, options),
      ),
    );

  verb(program, 'locks', 'List what is locked').action(
    run(async (context) => (await import('../locks/locks.js')).locks(context)),
  );

  verb(program, 'unlock', 'Lift a lock that your side has set')
    .argument('<lock>', 'lck_…')
    .action(run(async (context, id: string) => (await import('../locks/locks.js')).unlock(context, id)));

  const notices = program
    .command('notices')
    .description('What people and programs were told, and what failed');
  pageOptions(verb(notices, 'list', 'List notices and where they went; --state dead: what was given up'))
    .option('--state <state>', 'only those with a delivery in this state: due, delivered, skipped, dead')
    .option('--tenant <slug>', 'only those of this tenant')
    .action(
      run(async (context, options: ListOptions) =>
        (await import('../notices/notices.js')).notices(context, options),
      ),
    );
  verb(notices, 'retry', 'Try again what was given up')
    .argument('<notice>', 'ntc_…')
    .action(
      run(async (context, id: string) => (await import('../notices/notices.js')).retryNotice(context, id)),
    );
}
