import type { StatedText } from '@countersign/wording';
import type { Command } from 'commander';
import { CHOICES } from '../command/choices.js';
import type { Run } from '../command/context.js';
import { addListOptions, addVerb, choiceOption, examples, GROUPS, inDays } from '../command/define.js';
import type { ListOptions } from '../command/list.js';
import type { RequestOptions } from './request.js';
import type { ReviewOptions } from './review.js';

export function registerRequests(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.ask);
  defineRequest(program, run);
  defineTemplates(program, run);

  addListOptions(addVerb(program, 'requests', 'List requests, newest first'), CHOICES.requestState)
    .option('--ticket <id>', 'only those with this whole ticket')
    .option('--text <words>', 'only those whose reason or ticket has each of these words')
    .option('--csv', 'print all of them, not one page, as CSV with the columns of the page History')
    .addHelpText(
      'after',
      examples(
        'countersign requests --state awaiting_customer',
        'countersign requests --text "wrong total" --from 2026-11-01T00:00:00Z',
        'countersign requests --tenant acme --csv > requests.csv',
      ),
    )
    .action(
      run(async (context, options: ListOptions & { csv?: boolean }) =>
        (await import('./requests.js')).listRequests(context, options),
      ),
    );

  addVerb(program, 'show', 'Show a request or a grant')
    .argument('<id>', 'req_… or grt_…')
    .action(run(async (context, id: string) => (await import('./requests.js')).show(context, id)));

  addVerb(program, 'accept', 'Accept the counter-offer to your request')
    .argument('<request>', 'req_…')
    .action(run(async (context, id: string) => (await import('./requests.js')).acceptOffer(context, id)));

  addVerb(program, 'answer', 'Answer a question about your own request')
    .argument('<request>', 'req_…')
    .requiredOption('--text <text>', 'the answer')
    .action(
      run(async (context, id: string, { text }: { text: string }) =>
        (await import('./notes.js')).answer(context, id, text),
      ),
    );

  addVerb(program, 'cancel', 'Withdraw your own request')
    .argument('<request>', 'req_…')
    .action(run(async (context, id: string) => (await import('./requests.js')).cancelRequest(context, id)));
}

/** The flags for the texts that a request may state. */
const STATED_FLAGS: Readonly<Record<StatedText, readonly [flag: string, meaning: string]>> = {
  ticket: ['--ticket <id>', 'the case or ticket that this belongs to'],
  reasonCode: [
    '--reason-code <code>',
    'what kind of reason: support-case, incident, maintenance, migration, security, legal, or another of the vendor’s',
  ],
};

function defineRequest(program: Command, run: Run): void {
  const verb = addVerb(program, 'request', 'Request access to a tenant’s data')
    .argument('[tenant]', 'slug of the customer, such as acme')
    .argument('[service]', 'data service, such as billing; "countersign routes SERVICE" shows what it holds')
    .option(
      '--scope <resource:actions...>',
      'RESOURCE:ACTION[,ACTION]…; * matches one segment, a final ** any number (may be repeated)',
    )
    .option('--for <duration>', 'how long, such as 30m, 2h or PT1H')
    .option('--reason <text>', 'why you need it; the customer reads this')
    .option('--template <name>', 'fill in what you do not name from a template that you have saved');
  for (const [flag, meaning] of Object.values(STATED_FLAGS)) verb.option(flag, meaning);
  verb
    .option('--start-at <time>', `start then (at most 7 days ahead), such as ${inDays(1)}`)
    .addOption(
      choiceOption(
        '--start-on <when>',
        'first-use: start with the first token; needs --use-by',
        CHOICES.startOn,
      ),
    )
    .option('--unmasked', 'show the fields that the service hides; the customer decides it')
    .option('--use-by <time>', 'the request or grant lapses if it is undecided or unused by then')
    .option('--calls <n>', 'how many calls at most')
    .option('--invited', 'only under an invitation of the customer; refused with every reason if none fits')
    .option(
      '--demand <id>',
      'for the vendor’s legal counsel: the government demand, dem_…, that this answers',
    )
    .addOption(
      choiceOption(
        '--basis <basis>',
        'why access may be given; an emergency needs two of the vendor’s reviewers and no approval, and only what the customer lists',
        CHOICES.basis,
      ),
    )
    .option('--wait', 'wait for the decision; exits with 1 unless the request is approved')
    .addHelpText(
      'after',
      examples(
        'countersign request acme billing --scope "invoices/*:read" --for PT1H --reason "Case 4711: wrong total" --wait',
        `countersign request acme billing --scope "invoices/*:read" --for PT1H --reason "…" --start-on first-use --use-by ${inDays(3)}`,
        'countersign request acme billing --scope invoices:list "invoices/*:read,update" --for PT30M --reason "…"',
        'countersign request --template "wrong total" --ticket 4711',
      ),
    )
    .action(
      run(async (context, tenant: string | undefined, service: string | undefined, options: RequestOptions) =>
        (await import('./request.js')).requestAccess(context, tenant, service, options),
      ),
    );
}

/** Templates of requests, each of one person. */
function defineTemplates(program: Command, run: Run): void {
  const group = addVerb(program, 'template', 'Templates of requests that you have saved for yourself');
  group.addHelpText(
    'after',
    examples(
      'countersign template save "wrong total" --from @last',
      'countersign request --template "wrong total" --ticket 4711',
    ),
  );
  addVerb(group, 'list', 'List your templates, by name').action(
    run(async (context) => (await import('./templates.js')).listTemplates(context)),
  );
  addVerb(group, 'save', 'Save what a past request asked for; a template of the same name is replaced')
    .argument('<name>')
    .requiredOption('--from <request>', 'req_…, or @last')
    .action(
      run(async (context, name: string, { from }: { from: string }) =>
        (await import('./templates.js')).saveTemplate(context, name, from),
      ),
    );
  addVerb(group, 'remove', 'Remove a template; requests that it filled in stay as they are')
    .argument('<name>')
    .action(
      run(async (context, name: string) => (await import('./templates.js')).removeTemplate(context, name)),
    );
}

/** Questions and forwards: what people say before they decide. */
function defineNotes(program: Command, run: Run): void {
  addVerb(program, 'question', 'Ask the requester a question; its first one stops the request’s clock')
    .argument('<request>', 'req_…')
    .requiredOption('--text <text>', 'the question')
    .action(
      run(async (context, id: string, { text }: { text: string }) =>
        (await import('./notes.js')).ask(context, id, text),
      ),
    );
  addVerb(program, 'forward', 'Forward a request to a colleague who may decide it')
    .argument('<request>', 'req_…')
    .requiredOption(
      '--to <person>',
      'an e-mail address, or usr_…; "countersign show ID" lists who may decide it',
    )
    .option('--text <text>', 'what your colleague should know')
    .action(
      run(async (context, id: string, options: { to: string; text?: string }) =>
        (await import('./notes.js')).forward(context, id, options),
      ),
    );
}

export function registerReview(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.decide);
  defineNotes(program, run);
  addVerb(program, 'review', 'Approve or deny a request, or offer less instead')
    .argument('<request>', 'req_…')
    .option('--approve', 'approve exactly what is requested')
    .option('--deny', 'deny it; needs --reason')
    .option('--counter', 'offer less: with --scope, --for or both, or with a --preset')
    .option('--scope <resource:actions...>', 'the scope that you would allow, with --counter')
    .option('--for <duration>', 'how long you would allow it, with --counter')
    .option('--masked', 'hidden fields stay hidden, with --counter')
    .option('--preset <name>', 'with --counter: read-only, half-time, or only=RESOURCE[,RESOURCE]…')
    .option('--reason <text>', 'why; the requester reads this')
    .option('--digest <digest>', 'decide on this digest and on no other')
    .addHelpText(
      'after',
      `\nWithout --digest the request is shown first, and the decision is on the digest that was shown.\n${examples(
        'countersign review req_… --approve',
        'countersign review req_… --deny --reason "Not before the audit is over"',
        'countersign review req_… --counter --preset only=invoices/17',
      )}`,
    )
    .action(
      run(async (context, id: string, options: ReviewOptions) =>
        (await import('./review.js')).review(context, id, options),
      ),
    );
}
