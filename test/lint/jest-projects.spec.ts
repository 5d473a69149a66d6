import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as samples from '../support/samples.js';

test.each([[['unti']], [['unit', 'e3e']], [[]]])(
  'a run of %j is refused: no test would be left out unseen',
  (projects) => {
    const args = ['bin/jest.mjs', ...projects, '--', '--listTests', 'test/lint/import-rules'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/there are unit, contract/);
  },
);

test('the soak has each spec that calls a function of test/support/samples.ts', () => {
  const args = ['bin/jest.mjs', 'soak', '--', '--listTests'];
  const listed = spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout.split('\n');
  const functions = Object.entries(samples).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : [],
  );
  const calls = new RegExp(`\\b(?:${functions.join('|')})[(<]`);
  const callers = ['libs', 'apps', 'test/contract', 'test/e2e', 'test/browser'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.spec.ts'))
      .map((name) => join(folder, name))
      .filter((path) => {
        const text = readFileSync(path, 'utf8');
        return text.includes("/support/samples.js'") && calls.test(text);
      }),
  );
  expect(callers.length).toBeGreaterThan(100);
  expect(callers.filter((path) => !listed.includes(join(process.cwd(), path)))).toEqual([]);
});
