import type { Command } from 'commander';
import { CHOICES } from '../command/choices.js';
import type { Run } from '../command/context.js';
import { addPageOptions, addVerb, examples, GROUPS, stateOption } from '../command/define.js';
import type { ListOptions } from '../command/list.js';
import type { DiscloseOptions } from './disclosures.js';

/** Emergencies: the vendor explains them, and the customer answers. */
export function registerEmergencies(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.ask);
  addPageOptions(addVerb(program, 'disclosures', 'List the explanations of emergencies, newest first'))
    .addOption(stateOption(CHOICES.disclosureState))
    .option('--tenant <slug>', 'of this customer alone')
    .addHelpText('after', examples('countersign disclosures --state late'))
    .action(
      run(async (context, options: ListOptions) =>
        (await import('./disclosures.js')).listDisclosures(context, options),
      ),
    );

  addVerb(program, 'disclose', 'Explain an emergency to the customer, once its access has ended')
    .argument('<grant>', 'grt_…')
    .requiredOption('--reason <text>', 'what happened, and what the access was used for')
    .requiredOption('--prevention <text>', 'what prevents the next one')
    .option('--not-needed', 'looking back, the customer could have been asked')
    .addHelpText(
      'after',
      examples(
        'countersign disclose @last --reason "The ledger was corrupt; read 3 invoices" --prevention "A nightly check"',
      ),
    )
    .action(
      run(async (context, id: string, options: DiscloseOptions) =>
        (await import('./disclosures.js')).disclose(context, id, options),
      ),
    );

  program.commandsGroup(GROUPS.decide);
  addVerb(program, 'acknowledge', 'Acknowledge the explanation of an emergency')
    .argument('<grant>', 'grt_…')
    .option('--reason <text>', 'what you want to add')
    .action(
      run(async (context, id: string, options: { reason?: string }) =>
        (await import('./disclosures.js')).answerDisclosure(context, id, 'acknowledged', options.reason),
      ),
    );

  addVerb(program, 'dispute', 'Dispute the explanation of an emergency; the vendor has to explain again')
    .argument('<grant>', 'grt_…')
    .requiredOption('--reason <text>', 'why; the vendor reads this')
    .action(
      run(async (context, id: string, options: { reason: string }) =>
        (await import('./disclosures.js')).answerDisclosure(context, id, 'disputed', options.reason),
      ),
    );
}
