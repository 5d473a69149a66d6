import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { addPageOptions, addVerb, examples, GROUPS } from '../command/define.js';
import type { ListOptions } from '../command/list.js';

/** The quarterly access review of the caller's own organisation. */
export function registerAccessReviews(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.decide);
  const group = addVerb(
    program,
    'access-review',
    'Confirm or prune, once a quarter, everything that lets in: access, invitations, rules, people, keys, sessions',
  );
  group.addHelpText(
    'after',
    `\nWhat no admin has answered by the end of the term lapses. REVIEW is acr_…, or "current" for the newest.\n${examples(
      'countersign access-review show',
      'countersign access-review confirm invitation:inv_…',
      'countersign access-review prune api-key:key_…',
    )}`,
  );

  addPageOptions(addVerb(group, 'list', 'List the reviews, newest first')).action(
    run(async (context, options: ListOptions) =>
      (await import('./access-reviews.js')).listReviews(context, options),
    ),
  );

  addVerb(group, 'show', 'Show a review with everything that it lists')
    .argument('[review]', 'acr_…; without it the newest', 'current')
    .action(
      run(async (context, review: string) =>
        (await import('./access-reviews.js')).showReview(context, review),
      ),
    );

  for (const [verb, decision, help] of [
    ['confirm', 'confirmed', 'Confirm items: they stay'],
    ['prune', 'pruned', 'Prune items: they end at once'],
  ] as const)
    addVerb(group, verb, help)
      .argument('<items...>', 'as "show" lists them')
      .option('--review <id>', 'acr_…', 'current')
      .action(
        run(async (context, items: string[], options: { review: string }) =>
          (await import('./access-reviews.js')).decideItems(context, options.review, items, decision),
        ),
      );
}
