import { spawnSync } from 'node:child_process';
import { onBusyMachine } from '../support/deadline.js';
import { samples } from '../support/samples.js';

test.each([[['unti']], [['unit', 'e3e']], [[]]])(
  'a run of %j is refused: no test would be left out unseen',
  (projects) => {
    const args = ['bin/jest.mjs', ...projects, '--', '--listTests', 'test/lint/import-rules'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/there are unit, contract/);
  },
);

test.each([
  ['soak', () => samples('scopes')],
  ['alone', () => onBusyMachine(1_000)],
])('a spec without the tag @%s fails, as this one does, if it has more to do there', (tag, call) => {
  expect(call).toThrow(`has to begin with the comment /** @${tag} */`);
});
