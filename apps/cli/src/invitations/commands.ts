import type { Command } from 'commander';
import { CHOICES } from '../command/choices.js';
import type { Run } from '../command/context.js';
import { addPageOptions, addVerb, examples, GROUPS, inDays, stateOption } from '../command/define.js';
import { repeated } from '../command/flags.js';
import type { ListOptions } from '../command/list.js';
import type { InviteOptions } from './invitations.js';

export function registerInvitations(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.decide);

  addVerb(program, 'invite', 'Invite the vendor: requests that fit need no further approval by you')
    .argument('<service>', 'data service, such as billing')
    .requiredOption(
      '--scope <resource:actions...>',
      'RESOURCE:ACTION[,ACTION]…; * matches one segment, a final ** any number (may be repeated)',
    )
    .requiredOption('--until <time>', `each access ends by then, such as ${inDays(3)}`)
    .option('--ticket <id>', 'only for the case or ticket of this name')
    .option('--for <duration>', 'how long one access may last at most, such as 30m or PT1H')
    .option('--uses <n>', 'how many times at most')
    .option('--calls <n>', 'how many calls at most each time')
    .option('--start-at <time>', 'not before this time')
    .option('--every <days>', 'only on these days of the week, such as tue,thu; or "day" for all')
    .option('--from <HH:MM>', 'with --every: when the time begins on these days')
    .option('--to <HH:MM>', 'with --every: when it ends; before --from means on the next day')
    .option('--zone <name>', 'with --every: the time zone of these times, such as Europe/Berlin')
    .option('--unmasked', 'requests may ask that fields that the service hides are shown in full')
    .option('--engineer <email>', 'only for this engineer of the vendor (may be repeated)', repeated)
    .addHelpText(
      'after',
      examples(
        `countersign invite billing --scope "invoices/*:read" --until ${inDays(3)} --ticket 4711 --uses 3`,
        `countersign invite billing --scope "invoices/*:read" --until ${inDays(60)} --every tue,thu --from 22:00 --to 24:00 --zone Europe/Berlin --engineer erin@northwind.example`,
      ),
    )
    .action(
      run(async (context, service: string, options: InviteOptions) =>
        (await import('./invitations.js')).invite(context, service, options),
      ),
    );

  addPageOptions(addVerb(program, 'invitations', 'List invitations, newest first'))
    .option('--tenant <slug>', 'those of this tenant; your own tenant’s if it is absent')
    .addOption(stateOption(CHOICES.invitationState))
    .option('--service <name>', 'only those for this service')
    .action(
      run(async (context, options: ListOptions) =>
        (await import('./invitations.js')).listInvitations(context, options),
      ),
    );

  addVerb(program, 'withdraw', 'Withdraw an invitation; access that it opened ends at once')
    .argument('<invitation>', 'inv_…')
    .option('--reason <text>', 'why; it is written to the log')
    .action(
      run(async (context, id: string, options: { reason?: string }) =>
        (await import('./invitations.js')).withdrawInvitation(context, id, options),
      ),
    );
}
