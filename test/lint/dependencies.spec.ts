import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Locked {
  version?: string;
  link?: boolean;
  resolved?: string;
  integrity?: string;
}

const read = (file: string): string => readFileSync(file, 'utf8');
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const installed = Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true);

test('every package that is installed has one version and a SHA-512 of its content, and comes from the npm registry', () => {
  const wrong = installed.filter(
    ([, { version, resolved, integrity }]) =>
      !/^\d+\.\d+\.\d+/.test(version ?? '') ||
      !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '') ||
      !(resolved ?? 'https://registry.npmjs.org/').startsWith('https://registry.npmjs.org/'),
  );
  expect(installed.length).toBeGreaterThan(100);
  expect(wrong.map(([path]) => path)).toEqual([]);
});

test('broker, gateway and libraries contain nothing of the demo, the tours and the tests', () => {
  const files = execFileSync('git', ['ls-files', 'apps/broker/src', 'apps/gateway/src', 'libs'], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
    .filter((file) => /\.ts$/.test(file) && !/\.spec\.ts$/.test(file));
  const foreign = /from '[^']*(?:\/demo\/|\/test\/|@countersign\/demo)[^']*'/;
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter((file) => foreign.test(read(file)))).toEqual([]);
});
