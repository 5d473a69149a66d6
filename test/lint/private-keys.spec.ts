import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

test('P11: the broker’s private keys are opened in one file: everything else signs through the port `Signer`', () => {
  const files = execFileSync('git', ['ls-files', 'apps/broker/src', 'libs'], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => /\.ts$/.test(file) && !/\.spec\.ts$/.test(file));
  expect(files.length).toBeGreaterThan(300);
  const opens = /\b(?:createPrivateKey|createSign)\b/;
  expect(files.filter((file) => opens.test(readFileSync(file, 'utf8')))).toEqual([
    'libs/persistence/src/database-signers.ts',
  ]);
});
