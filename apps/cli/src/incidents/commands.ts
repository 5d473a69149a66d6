import type { Command } from 'commander';
import { CHOICES } from '../command/choices.js';
import type { Run } from '../command/context.js';
import { addPageOptions, addVerb, choiceOption, examples, GROUPS } from '../command/define.js';
import { repeated } from '../command/flags.js';
import type { ListOptions } from '../command/list.js';
import type { IncidentOptions } from './incidents.js';

/** One incident of the vendor's: the same access, requested of several customers at once. */
export function registerIncidents(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.ask);
  const incident = program.command('incident').description('Request the same access of several customers');

  addVerb(incident, 'open', 'Request it; each customer decides for itself and sees no other')
    .argument('<service>', 'data service, such as billing')
    .requiredOption('--title <text>', 'what happened, for the vendor’s people alone')
    .requiredOption('--tenant <slug>', 'a customer (may be repeated)', repeated)
    .requiredOption('--scope <resource:actions...>', 'RESOURCE:ACTION[,ACTION]…')
    .requiredOption('--for <duration>', 'how long, such as 30m')
    .requiredOption('--reason <text>', 'every one of these customers reads it: name no other customer')
    .option('--ticket <id>', 'the case or ticket that this belongs to')
    .addOption(choiceOption('--basis <basis>', 'why access may be given', CHOICES.basis))
    .addHelpText(
      'after',
      examples(
        'countersign incident open billing --title "Wrong totals" --tenant acme --tenant globex --scope "invoices/*:read" --for 30m --reason "Totals of November are wrong"',
      ),
    )
    .action(
      run(async (context, service: string, options: IncidentOptions) =>
        (await import('./incidents.js')).openIncident(context, service, options),
      ),
    );

  addVerb(incident, 'show', 'Show which customers have answered')
    .argument('<incident>', 'inc_…')
    .action(run(async (context, id: string) => (await import('./incidents.js')).showIncident(context, id)));

  addPageOptions(addVerb(incident, 'list', 'List incidents, newest first')).action(
    run(async (context, options: ListOptions) =>
      (await import('./incidents.js')).listIncidents(context, options),
    ),
  );
}
