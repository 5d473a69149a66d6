import type { Command } from 'commander';
import { CHOICES } from '../command/choices.js';
import type { Run } from '../command/context.js';
import { addPageOptions, addVerb, GROUPS, stateOption } from '../command/define.js';
import type { ListOptions } from '../command/list.js';

export function registerNotices(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.decide);
  const notices = program
    .command('notices')
    .description('Notices to people and programs, and their deliveries');

  addPageOptions(
    addVerb(notices, 'list', 'List notices and their deliveries; --state dead: those that were given up'),
  )
    .addOption(stateOption(CHOICES.deliveryState, 'only those with a delivery in this state'))
    .option('--tenant <slug>', 'only those of this tenant')
    .action(
      run(async (context, options: ListOptions) =>
        (await import('./notices.js')).listNotices(context, options),
      ),
    );

  addVerb(notices, 'retry', 'Retry the deliveries that were given up')
    .argument('<notice>', 'ntc_…')
    .action(run(async (context, id: string) => (await import('./notices.js')).retryNotice(context, id)));
}
