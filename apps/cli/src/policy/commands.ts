import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { addVerb, examples, GROUPS } from '../command/define.js';

export function registerPolicy(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.decide);
  const policy = program.command('policy').description('Try privacy controls before they apply');
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
}
