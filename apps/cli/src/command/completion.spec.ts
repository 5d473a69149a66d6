import { spawnSync } from 'node:child_process';
import { fakeServers } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

const serve = fakeServers();

async function script(shell: string): Promise<string> {
  const terminal = new Terminal({});
  expect(await run(['completion', shell], terminal)).toBe(0);
  return terminal.out;
}

/** The words as bash splits them at `=` and `@`, and what it then offers. `countersign` prints this list and is not run. */
async function completed(line: string, list = '') {
  const words = line.split(/(\s+|[=@])/).filter((word, place) => word.trim() !== '' || place === 0);
  if (/[\s]$/.test(line)) words.push('');
  const { stdout } = spawnSync(
    'bash',
    [
      '-c',
      `${await script('bash')}\ncountersign() { echo '${list}'; }
COMP_LINE=$1; shift; COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _countersign; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ...['bash', line, ...words],
    ],
    { encoding: 'utf8' },
  );
  return stdout.split('\n').filter((word) => word !== '');
}

describe('bash completes', () => {
  test.each([
    ['countersign rev', ['review', 'revoke']],
    ['countersign keys rotate-s', ['rotate-signing']],
    ['countersign help wit', ['withdraw', 'witness']],
    ['countersign extend grt_1 --re', ['--reason']],
    ['countersign lock ', ['tenant', 'person', 'service']],
    ['countersign lock p', ['person']],
    ['countersign requests --state a', ['awaiting_vendor', 'awaiting_customer', 'approved']],
    ['countersign requests --limit 5 --state den', ['denied']],
    ['countersign grants --state=', ['scheduled', 'active', 'ended']],
    ['countersign log export --format o', ['ocsf']],
    ['countersign invite billing --every t', ['tue', 'thu']],
    ['countersign explain P', ['POST', 'PUT', 'PATCH']],
    // After a value, and once every argument is there, the flags follow.
    ['countersign lock tenant acme ', ['--json', '--reason', '--for', '--help']],
    // A file, a text, and what curl takes itself: the shell offers its own.
    ['countersign log mirror --anchor ', []],
    ['countersign revoke grt_1 --reason ', []],
    ['countersign curl grt_1 -- ', []],
  ])('%j', async (line, offered) => {
    expect(await completed(line)).toEqual(offered);
  });

  test.each([
    ['countersign curl ', 'grt_1 grt_2', ['@last', 'grt_1', 'grt_2']],
    ['countersign curl @', 'grt_1', ['last']],
    ['countersign review req_', 'req_1', ['req_1']],
    ['countersign grants --tenant a', 'acme globex', ['acme']],
    ['countersign request acme ', 'billing', ['billing']],
  ])('%j with what the broker lists', async (line, list, offered) => {
    expect(await completed(line, list)).toEqual(offered);
  });
});

test('zsh uses the script of bash, and fish has the same values', async () => {
  expect(await script('zsh')).toContain(await script('bash'));
  const fish = await script('fish');
  expect(fish).toContain(`case 'grants --state'\n      printf "$prefix%s\\n" 'scheduled' 'active' 'ended'\n`);
  expect(fish).toContain('($command completion fish --values grants 2>/dev/null)');
});

test('the values that a script gets: fish is told what they stand for, and nothing that a shell would run is among them', async () => {
  const names = { vendor: { name: 'Northwind' } };
  const tenants = [
    { slug: 'acme', name: 'Acme Corp' },
    { slug: '$(reboot)', name: 'x' },
    { slug: 'globex', name: 'Two\nlines' },
  ];
  const broker = await serve({ 'GET /api/v1/organisation': () => ({ body: { ...names, tenants } }) });
  const listed = async (shell: string) => {
    const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_x' });
    const exit = await run(['completion', shell, '--values', 'tenants'], terminal);
    return { exit, out: terminal.out };
  };
  expect(await listed('bash')).toEqual({ exit: 0, out: 'acme\nglobex\n' });
  expect(await listed('fish')).toEqual({ exit: 0, out: 'acme\tAcme Corp\nglobex\tTwo lines\n' });
});
