import type { Command } from 'commander';
import { Terminal } from '../../test/terminal.js';
import { buildProgram, runVerb } from '../program.js';
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

test('the installed command has every verb of a clone, with the same help, except the verbs of the host', () => {
  expect([...installed].filter(([verb, help]) => whole.get(verb) !== help)).toEqual([]);
  expect(left).toContain('keys create');
  expect(left).toContain('trust reset');
  expect(left).not.toContain('trust check');
});

test.each(left)(
  'the installed command refuses %s with only_on_host, and names the command to run on the host',
  async (verb) => {
    const terminal = new Terminal({ PATH: '' });
    const exit = await runVerb(
      hostVerbsNotInstalled,
      [...verb.split(' '), '-f', 'a-file', '--as', 'attacker'],
      terminal,
    );
    expect([exit, terminal.out]).toEqual([1, '']);
    const [, named = '-'] = /^error\[only_on_host\]: .*: npx countersign (.*)\n$/.exec(terminal.err) ?? [];
    expect(`${verb} `.startsWith(`${named} `)).toBe(true);
  },
);

test('the help of a verb of the host names the command to run there; completion leaves the verb out', async () => {
  const help = new Terminal({});
  await runVerb(hostVerbsNotInstalled, ['help', 'keys'], help);
  expect(help.out).toContain('npx countersign keys');
  const script = new Terminal({});
  expect(await runVerb(hostVerbsNotInstalled, ['completion', 'bash'], script)).toBe(0);
  expect(script.out).toContain("'trust check'");
  expect(script.out).not.toMatch(/migrate|trust reset/);
});

test('doctor opens no database, and names a doctor that does', async () => {
  const terminal = new Terminal({ PATH: '', COUNTERSIGN_DATA_DIR: '/tmp', COUNTERSIGN_PORT: '0' });
  await runVerb(hostVerbsNotInstalled, ['doctor', '--json'], terminal);
  const { checks } = JSON.parse(terminal.out) as { checks: { name: string; status: string }[] };
  expect(checks.find(({ name }) => name === 'store')).toMatchObject({
    ...{ status: 'skipped', detail: expect.stringContaining('folder of a release') },
  });
});
