import type { DemandStepAction } from '@countersign/contract';
import type { Command } from 'commander';
import { CHOICES } from '../command/choices.js';
import type { Run } from '../command/context.js';
import {
  addPageOptions,
  addVerb,
  choiceArgument,
  choiceOption,
  examples,
  GROUPS,
  stateOption,
} from '../command/define.js';
import type { DemandListOptions, StepOptions } from './demands.js';

/** Government demands, for the vendor's legal counsel and auditors. */
export function registerDemands(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.decide);
  const demands = addPageOptions(
    addVerb(
      program,
      'demands',
      'Government demands: list, enter and move them (for the vendor’s legal counsel)',
    ),
  )
    .addOption(stateOption(CHOICES.demandState))
    .option('--tenant <slug>', 'only those about this customer')
    .action(
      run(async (context, options: DemandListOptions) =>
        (await import('./demands.js')).listDemands(context, options),
      ),
    );

  addVerb(demands, 'show', 'Show a demand with its steps and documents')
    .argument('<demand>', 'dem_…')
    .action(run(async (context, id: string) => (await import('./demands.js')).showDemand(context, id)));

  addVerb(demands, 'enter', 'Enter a demand. It cannot be changed or deleted')
    .argument('<file>', 'the demand as JSON, as docs/legal.md shows it; - reads stdin')
    .addHelpText('after', examples('countersign demands enter order-12-gs-7.json'))
    .action(run(async (context, path: string) => (await import('./demands.js')).enterDemand(context, path)));

  addVerb(demands, 'step', 'Record what was done: redirected first, with the authority’s answer')
    .argument('<demand>', 'dem_…')
    .addArgument(choiceArgument('<action>', 'what was done', CHOICES.demandStep))
    .requiredOption('--reason <text>', 'why; without a gag the customer reads it')
    .addOption(
      choiceOption('--outcome <answer>', 'redirected: the authority’s answer', CHOICES.redirectOutcome),
    )
    .option('--scope <text>', 'narrowed: what is left of the demand')
    .option('--content', 'disclosed: content was disclosed')
    .option('--no-content', 'disclosed: only data about it was')
    .option('--accounts <n>', 'narrowed, disclosed: how many accounts')
    .option('--grant <id>', 'disclosed: the grant under which the data was read')
    .option('--until <time>', 'extension-proposed: the new end of the gag')
    .addHelpText(
      'after',
      examples(
        'countersign demands step dem_… redirected --outcome declined --reason "The court insists on us"',
        'countersign demands step dem_… disclosed --no-content --accounts 1 --reason "As ordered"',
      ),
    )
    .action(
      run(async (context, id: string, action: DemandStepAction, options: StepOptions) =>
        (await import('./demands.js')).addStep(context, id, action, options),
      ),
    );

  addVerb(demands, 'file', 'File a document of a demand; its hash stands in the log, its copy is kept sealed')
    .argument('<demand>', 'dem_…')
    .argument('<path>', 'the document, at most 4 MiB')
    .requiredOption('--reason <text>', 'what it is')
    .action(
      run(async (context, id: string, path: string, options: { reason: string }) =>
        (await import('./demands.js')).fileDocument(context, id, path, options),
      ),
    );
}
