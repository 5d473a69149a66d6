import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { addVerb, examples, GROUPS } from '../command/define.js';

/** Addresses of the caller's own organisation that get notices. */
export function registerNoticeAddresses(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.decide);
  const group = addVerb(
    program,
    'notice-address',
    'Mailboxes that get named kinds of notices of your organisation, and sign no one in',
  );
  group.addHelpText(
    'after',
    `\nTopics: emergency, disclosure, demand, access, supervision, widening, trust, review, practice, statement.\n${examples(
      'countersign notice-address add security@acme.example --topics emergency,demand',
      'countersign notice-address confirm nad_… ABCD-EFGH',
    )}`,
  );
  addVerb(group, 'list', 'List the addresses, with what they are notified of').action(
    run(async (context) => (await import('./notice-addresses.js')).listAddresses(context)),
  );
  addVerb(
    group,
    'add',
    'Add an address: a code is mailed to it, and nothing else until you type that code in',
  )
    .argument('<address>')
    .requiredOption('--topics <list>', 'with commas')
    .action(
      run(async (context, address: string, { topics }: { topics: string }) =>
        (await import('./notice-addresses.js')).addAddress(context, address, topics),
      ),
    );
  addVerb(group, 'confirm', 'Confirm an address with the code that was mailed to it')
    .argument('<id>', 'nad_…')
    .argument('<code>')
    .action(
      run(async (context, id: string, code: string) =>
        (await import('./notice-addresses.js')).confirmAddress(context, id, code),
      ),
    );
  addVerb(group, 'topics', 'Change what an address is notified of')
    .argument('<id>', 'nad_…')
    .argument('<list>', 'with commas')
    .action(
      run(async (context, id: string, topics: string) =>
        (await import('./notice-addresses.js')).changeTopics(context, id, topics),
      ),
    );
  addVerb(group, 'remove', 'Remove an address: it gets nothing more, from now on')
    .argument('<id>', 'nad_…')
    .action(
      run(async (context, id: string) => (await import('./notice-addresses.js')).removeAddress(context, id)),
    );
}
