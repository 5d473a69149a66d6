import type { Command } from 'commander';
import { CHOICES } from '../command/choices.js';
import type { Run } from '../command/context.js';
import { addPageOptions, addVerb, examples, GROUPS, stateOption } from '../command/define.js';
import type { ListOptions } from '../command/list.js';

export function registerPolicy(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.decide);
  const policy = program
    .command('policy')
    .description('Try privacy controls, and decide on widenings that wait');
  addVerb(policy, 'test', 'Try a draft of the privacy controls on past requests')
    .argument('<file>', 'YAML or JSON with the members of privacyControls; - reads stdin')
    .option('--tenant <slug>', 'whose (your own tenant)')
    .addHelpText(
      'after',
      `\nThe broker evaluates the newest requests by the present controls and by the draft, and stores nothing.\n${examples('countersign policy test controls.yaml', 'countersign policy test controls.yaml --tenant acme --json')}`,
    )
    .action(
      run(async (context, file: string, options: { tenant?: string }) =>
        (await import('./test-controls.js')).testControls(context, file, options),
      ),
    );

  addPageOptions(addVerb(policy, 'widenings', 'List widenings of the privacy controls, newest first'))
    .option('--tenant <slug>', 'those of this tenant; your own tenant’s if it is absent')
    .addOption(stateOption(CHOICES.wideningState))
    .action(
      run(async (context, options: ListOptions) =>
        (await import('./widenings.js')).listWidenings(context, options),
      ),
    );

  addVerb(policy, 'confirm', 'Confirm a widening that a second admin has to confirm')
    .argument('<widening>', 'wdn_…')
    .addHelpText('after', '\nOnce your organisation is claimed, your passkey confirms it, on the page.\n')
    .action(
      run(async (context, id: string) => (await import('./widenings.js')).confirmWidening(context, id)),
    );

  addVerb(policy, 'withdraw', 'Withdraw a widening that waits; the controls stay as they are')
    .argument('<widening>', 'wdn_…')
    .action(
      run(async (context, id: string) => (await import('./widenings.js')).withdrawWidening(context, id)),
    );
}
