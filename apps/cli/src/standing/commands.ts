import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { addVerb, examples, GROUPS } from '../command/define.js';

export function registerStanding(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.decide);

  addVerb(program, 'standing', 'List every way in through Countersign that is open now, with age and owner')
    .argument('[tenant]', 'whose data (your own tenant; for vendor staff, every tenant)')
    .addHelpText(
      'after',
      `\nThe same is written into each tenant’s log once a day (standing.stated). It covers Countersign alone: the vendor’s\nlist of all other ways to the data is printed below it.\n${examples('countersign standing', 'countersign standing acme --json')}`,
    )
    .action(
      run(async (context, tenant: string | undefined) =>
        (await import('./standing.js')).showStanding(context, tenant),
      ),
    );
}
