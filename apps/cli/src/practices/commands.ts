import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { addPageOptions, addVerb, examples, GROUPS } from '../command/define.js';
import type { ListOptions } from '../command/list.js';

/** Practice requests of the approvers of the caller's own organisation. */
export function registerPractices(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.decide);
  const group = addVerb(
    program,
    'practice',
    'Practise approving: made-up requests that show that approvers and passkeys still work, and open nothing',
  );
  group.addHelpText(
    'after',
    `\nPRACTICE is prc_…, or "current" for the newest. If you have a passkey, answer in the browser.\n${examples(
      'countersign practice task',
      'countersign practice answer --approve',
      'countersign practice now',
    )}`,
  );

  addPageOptions(addVerb(group, 'list', 'List the practices, newest first')).action(
    run(async (context, options: ListOptions) =>
      (await import('./practices.js')).listPractices(context, options),
    ),
  );

  addVerb(group, 'show', 'Show how each approver did')
    .argument('[practice]', 'prc_…; without it the newest', 'current')
    .action(run(async (context, id: string) => (await import('./practices.js')).showPractice(context, id)));

  addVerb(group, 'task', 'Show what you are asked')
    .argument('[practice]', 'prc_…; without it the newest', 'current')
    .action(run(async (context, id: string) => (await import('./practices.js')).showTask(context, id)));

  addVerb(group, 'answer', 'Answer your practice request, once')
    .argument('[practice]', 'prc_…; without it the newest', 'current')
    .option('--approve', 'it asks for exactly what you expect')
    .option('--deny', 'it asks for something else')
    .option('--passkey-failed', 'your passkey does not work; your admins are notified')
    .action(
      run(async (context, id: string, options: { approve?: true; deny?: true; passkeyFailed?: true }) =>
        (await import('./practices.js')).answerPractice(context, id, options),
      ),
    );

  addVerb(group, 'now', 'Let all approvers practise now, at most once a day').action(
    run(async (context) => (await import('./practices.js')).beginPractice(context)),
  );
}
