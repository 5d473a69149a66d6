import { spawnSync } from 'node:child_process';

test.each([[['unti']], [['unit', 'e3e']], [[]]])(
  'a run of %j is refused: no test would be left out unseen',
  (projects) => {
    const args = ['bin/jest.mjs', ...projects, '--', '--listTests', 'test/lint/import-rules'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/there are unit, contract/);
  },
);
