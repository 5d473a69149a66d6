import { LintTree } from '../support/lint-tree.js';

const tree = new LintTree();
afterAll(() => tree.remove());

const lint = (file: string, specifier: string): string =>
  tree.lint(file, `import * as it from '${specifier}';\n\nexport const used = it;\n`);

test.each([
  ['libs/scope/src/a.ts', '@countersign/access', 'scope is the leaf of the tree'],
  ['libs/scope/src/a.ts', 'node:crypto', 'takes hashing and signature checking as ports'],
  ['libs/access/src/a.ts', '@countersign/persistence', 'imports point one way'],
  ['libs/access/src/a.ts', 'typeorm', 'access is pure'],
  ['libs/access/src/a.ts', '@nestjs/common', 'access is pure'],
  ['libs/audit-log/src/a.ts', '@countersign/access', 'audit-log imports scope alone'],
  ['libs/audit-log/src/a.ts', 'node:http', 'audit-log is pure'],
  ['libs/grant-token-verify/src/a.ts', '@countersign/grant-token-mint', 'must not be able to mint'],
  ['libs/grant-token-verify/src/a.ts', 'jsonwebtoken', 'no signing library'],
  [
    'libs/persistence/src/a.ts',
    '@countersign/grant-token-mint',
    'persistence implements the ports of access',
  ],
  ['libs/mail/src/a.ts', '@countersign/persistence', 'mail is a channel'],
  ['libs/slack/src/a.ts', '@countersign/persistence', 'slack is a channel'],
  ['libs/slack/src/a.ts', '@nestjs/common', 'slack knows Bolt and the domain'],
  ['apps/gateway/src/a.ts', '@countersign/access', 'holds no key that opens anything'],
  ['apps/gateway/src/a.ts', '@countersign/persistence', 'holds no key that opens anything'],
  ['apps/gateway/src/a.ts', '@countersign/grant-token-mint', 'holds no key that opens anything'],
  ['apps/gateway/src/a.ts', '@nestjs/core', 'runs no framework'],
  ['apps/cli/src/a.ts', '@countersign/grant-token-mint', 'the only minter'],
  ['apps/web/src/a.tsx', '@countersign/access', 'loaded into everybody'],
  ['apps/web/src/a.tsx', '../../broker/src/main.js', 'over its API alone'],
  ['apps/broker/src/a.ts', '../../../libs/scope/src/index.js', 'Go through the front door'],
  ['apps/broker/src/a.ts', '@countersign/scope/src/terms.js', 'Go through the front door'],
])('%s may not import %s, and is told why', (file, specifier, reason) => {
  expect(lint(file, specifier)).toContain(reason);
});

test.each([
  ['libs/access/src/a.ts', '@countersign/scope'],
  ['libs/persistence/src/a.ts', '@countersign/access'],
  ['libs/slack/src/a.ts', '@slack/bolt'],
  ['apps/gateway/src/a.ts', '@countersign/grant-token-verify'],
  ['apps/broker/src/a.ts', '@countersign/grant-token-mint'],
  ['apps/web/src/a.tsx', '@countersign/scope'],
])('%s may import %s', (file, specifier) => {
  expect(lint(file, specifier)).not.toContain('noRestrictedImports');
});
