import type { Command } from 'commander';
import { CHOICES } from '../command/choices.js';
import type { Run } from '../command/context.js';
import { addVerb, choiceArgument, examples, GROUPS } from '../command/define.js';

export function registerLocks(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.decide);

  addVerb(program, 'lock', 'Block a tenant, a person or a service at once')
    .addArgument(choiceArgument('<kind>', 'what is locked', CHOICES.lockKind))
    .argument('<name>', 'a slug; a usr_… or vendor e-mail; a service’s name')
    .requiredOption('--reason <text>', 'why; it is written to the log')
    .option('--for <duration>', 'how long, such as 12h or PT12H; until it is lifted if absent')
    .addHelpText(
      'after',
      examples(
        'countersign lock person erin@northwind.example --reason "Laptop stolen"',
        'countersign lock tenant acme --reason "Under investigation" --for PT12H',
      ),
    )
    .action(
      run(async (context, kind: string, name: string, options: { reason: string; for?: string }) =>
        (await import('./locks.js')).setLock(context, kind, name, options),
      ),
    );

  addVerb(program, 'locks', 'List what is locked').action(
    run(async (context) => (await import('./locks.js')).listLocks(context)),
  );

  addVerb(program, 'unlock', 'Lift a lock that your side has set')
    .argument('<lock>', 'lck_…')
    .action(run(async (context, id: string) => (await import('./locks.js')).liftLock(context, id)));
}
