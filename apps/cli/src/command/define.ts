import { Argument, type Command, Option } from 'commander';

/** The groups of verbs in `countersign --help`, in this order. */
export const GROUPS = {
  signIn: 'Sign in:',
  ask: 'Ask for access and use it:',
  decide: 'Decide and stop:',
  host: 'On the broker’s host:',
  verify: 'Verify what you are told:',
  help: 'Set-up and help:',
} as const;

/** Adds a verb with the flag that all verbs share. */
export const addVerb = (parent: Command, name: string, summary: string): Command =>
  parent.command(name).description(summary).option('--json', 'print one JSON document on stdout');

/** The flags that page through a list. */
export const addPageOptions = (command: Command): Command =>
  command
    .option('--limit <n>', 'how many at most (50; up to 200)')
    .option('--cursor <cursor>', 'continue where the previous page ended');

/** An option that takes one of a few values. The help lists them, and a shell offers them. */
export const choiceOption = (flags: string, summary: string, choices: readonly string[]): Option =>
  new Option(flags, summary).choices(choices);

/** The same for an argument. */
export const choiceArgument = (name: string, summary: string, choices: readonly string[]): Argument =>
  new Argument(name, summary).choices(choices);

/** The filter of a list by state. */
export const stateOption = (states: readonly string[], summary = 'only those in this state'): Option =>
  choiceOption('--state <state>', summary, states);

/** The filters that the lists of requests and grants share. */
export const addListOptions = (command: Command, states: readonly string[]): Command =>
  addPageOptions(
    command
      .addOption(stateOption(states))
      .option('--tenant <slug>', 'only those of this tenant')
      .option('--service <name>', 'only those of this service')
      .option('--person <id>', 'only those of this engineer, usr_…')
      .option('--from <time>', 'made then or later, such as 2026-11-24T15:00:00Z')
      .option('--to <time>', 'made before then'),
  );

const STARTED_AT = Date.now();

/** 17:00 UTC so many days from now, for examples that still work when someone reads them. */
export const inDays = (days: number): string =>
  `${new Date(STARTED_AT + days * 86_400_000).toISOString().slice(0, 10)}T17:00:00Z`;

export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;

/** A key's id is a thumbprint in base64url (RFC 7638): one in 64 begins with a dash, as an option does. */
const DASHED_ID = /^-[\w-]{42}$/;

/**
 * Moves ids that begin with a dash behind `--`, where commander reads no options. One that is the value of an option stays
 * behind that option: commander takes it there.
 */
export function moveDashedIdsLast(program: Command, argv: readonly string[]): readonly string[] {
  if (argv.includes('--')) return argv;
  const rest: string[] = [];
  const ids: string[] = [];
  let command = program;
  let isValue = false;
  for (const word of argv) {
    const isMoved = !isValue && DASHED_ID.test(word);
    (isMoved ? ids : rest).push(word);
    if (!isValue) command = command.commands.find((each) => each.name() === word) ?? command;
    isValue =
      !isValue &&
      command.options.some((option) => option.required && [option.short, option.long].includes(word));
  }
  return ids.length === 0 ? argv : [...rest, '--', ...ids];
}
