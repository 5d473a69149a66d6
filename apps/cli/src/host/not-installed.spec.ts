import type { Command } from 'commander';
import { Terminal } from '../../test/terminal.js';
import { buildProgram } from '../program.js';
import { runVerb } from '../run.js';
import { hostPart } from './commands.js';
import { hostVerbsNotInstalled } from './not-installed.js';

/** Every verb that runs something, with its help if it is listed there. */
const verbsOf = (command: Command, path: readonly string[] = []): Map<string, string> =>
  new Map(
    command.commands.flatMap((each) => {
      const here = [...path, each.name()];
      if (each.commands.length > 0) return [...verbsOf(each, here)];
      const isListed = command.createHelp().visibleCommands(command).includes(each);
      return isListed ? [[here.join(' '), each.helpInformation()] as const] : [];
    }),
  );

const whole = verbsOf(buildProgram(new Terminal({}), hostPart));
const installed = verbsOf(buildProgram(new Terminal({}), hostVerbsNotInstalled));
const left = [...whole.keys()].filter((verb) => !installed.has(verb));

test('the installed command has the verbs of a clone, with the same help, but those of the host', () => {
  expect([...installed].filter(([verb, help]) => whole.get(verb) !== help)).toEqual([]);
  expect(left).toContain('keys create');
  expect(left).toContain('trust reset');
  expect(left).not.toContain('trust check');
});

test.each(left)('%s: the installed command says that it is a verb of the host', async (verb) => {
  const terminal = new Terminal({ PATH: '' });
  const exit = await runVerb(
    hostVerbsNotInstalled,
    [...verb.split(' '), '-f', 'a-file', '--as', 'attacker'],
    terminal,
  );
  expect([exit, terminal.out]).toEqual([1, '']);
  expect(terminal.err).toMatch(/^error\[only_on_host\]: /);
});

test('doctor opens no database, and says who can check it', async () => {
  const terminal = new Terminal({ PATH: '', COUNTERSIGN_DATA_DIR: '/tmp', COUNTERSIGN_PORT: '0' });
  await runVerb(hostVerbsNotInstalled, ['doctor', '--json'], terminal);
  const { checks } = JSON.parse(terminal.out) as { checks: { name: string; status: string }[] };
  expect(checks.find(({ name }) => name === 'store')).toMatchObject({ status: 'skipped' });
});
