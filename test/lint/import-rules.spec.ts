import { readFileSync } from 'node:fs';
import { importRulesJson } from '../../lint/import-rules.mjs';
import { LintTree } from '../support/lint-tree.js';

const tree = new LintTree();
afterAll(() => tree.remove());

const REFUSED = [
  ['libs/contract/src/a.ts', '@countersign/access', 'contract is the leaf of the tree'],
  ['libs/contract/src/a.ts', 'node:crypto', 'takes hashing and signature checking as ports'],
  ['libs/access/src/a.ts', '@countersign/persistence', 'imports point one way'],
  ['libs/access/src/a.ts', 'typeorm', 'access is pure'],
  ['libs/access/src/a.ts', '@nestjs/common', 'access is pure'],
  ['libs/access/src/domain/a.ts', '../policy/bases.js', 'domain is the ground floor'],
  ['libs/access/src/domain/trust/a.ts', '../../ports/demands.js', 'domain is the ground floor'],
  ['libs/access/src/policy/a.ts', '../ports/index.js', 'policy is the pure evaluator'],
  ['libs/access/src/ports/a.ts', '../use-cases/log/read-log.js', 'A port says what'],
  ['libs/access/src/use-cases/shared/a.ts', '../notices/notices.js', 'Use cases are on floors'],
  ['libs/access/src/use-cases/grants/a.ts', '../requests/draft-terms.js', 'Use cases are on floors'],
  ['libs/access/src/use-cases/notices/a.ts', '../locks/locks.js', 'Use cases are on floors'],
  ['libs/access/src/use-cases/requests/a.ts', '../emergencies/notify-first.js', 'Use cases are on floors'],
  ['libs/access/src/use-cases/organisation/a.ts', '../trust/stops.js', 'Use cases are on floors'],
  ['libs/audit-log/src/a.ts', '@countersign/access', 'audit-log imports contract alone'],
  ['libs/audit-log/src/a.ts', 'node:http', 'audit-log is pure'],
  ['libs/log-verifier/src/a.ts', '@countersign/access', 'shares with the writer'],
  ['libs/log-verifier/src/a.ts', '@countersign/authorization', 'shares with the writer'],
  ['libs/log-verifier/src/a.ts', 'node:crypto', 'takes hashing and signature checking as ports'],
  ['libs/authorization/src/a.ts', '@countersign/authorization/mint', 'must not be able to mint'],
  ['libs/authorization/src/a.ts', 'jsonwebtoken', 'no signing library'],
  ['libs/authorization/src/token/a.ts', './mint/index.js', 'must not be able to mint'],
  ['libs/wording/src/a.ts', '@countersign/access', 'wording says in words'],
  ['libs/api/src/a.ts', '@countersign/access', 'imports contract and wording alone'],
  ['libs/api/src/a.ts', '@nestjs/common', 'api is pure'],
  ['libs/api/src/a.ts', 'node:crypto', 'api is pure'],
  ['libs/runtime/src/a.ts', '@countersign/contract', 'runtime is a leaf'],
  ['libs/runtime/src/a.ts', 'node:http', 'runtime is a leaf'],
  ['libs/private-listener/src/a.ts', '@countersign/config', 'private-listener is a leaf'],
  ['libs/private-listener/src/a.ts', '@countersign/config/gateway', 'Go through the front door'],
  ['libs/evidence/src/a.ts', '@countersign/access', 'share evidence'],
  ['libs/evidence/src/a.ts', 'node:fs', 'files as ports'],
  ['libs/gateway-protocol/src/a.ts', '@countersign/access', 'imports only contract'],
  ['libs/config/src/a.ts', '@countersign/persistence', 'into typed values'],
  ['libs/access/src/a.ts', '@countersign/runtime', 'imports point one way'],
  [
    'libs/persistence/src/a.ts',
    '@countersign/authorization/mint',
    'persistence implements the ports of access',
  ],
  ['libs/mail/src/a.ts', '@countersign/persistence', 'mail is a channel'],
  ['libs/slack/src/a.ts', '@countersign/persistence', 'slack is a channel'],
  ['libs/slack/src/a.ts', '@nestjs/common', 'slack knows Bolt and the domain'],
  ['apps/gateway/src/a.ts', '@countersign/access', 'holds no key that opens anything'],
  ['apps/gateway/src/a.ts', '@countersign/persistence', 'holds no key that opens anything'],
  ['apps/gateway/src/a.ts', '@countersign/authorization/mint', 'holds no key that opens anything'],
  ['apps/gateway/src/a.ts', '@countersign/config', 'holds no key that opens anything'],
  ['apps/gateway/src/a.ts', '@nestjs/core', 'runs no framework'],
  ['apps/cli/src/a.ts', '@countersign/authorization/mint', 'the only minter'],
  ['apps/demo/src/a.ts', '@countersign/authorization/mint', 'the only minter'],
  ['apps/demo/src/a.ts', '@countersign/authorization/token', 'Go through the front door'],
  ['apps/web/src/a.tsx', '@countersign/access', 'loaded into everybody'],
  ['apps/web/src/a.tsx', '../../broker/src/main.js', 'over its API alone'],
  ['apps/broker/src/a.ts', '../../../libs/contract/src/index.js', 'Go through the front door'],
  ['apps/broker/src/a.ts', '@countersign/contract/src/terms.js', 'Go through the front door'],
] as const;

const ALLOWED = [
  ['libs/access/src/a.ts', '@countersign/contract'],
  ['libs/access/src/domain/a.ts', './trust/stop.js'],
  ['libs/access/src/policy/a.ts', '../domain/grant.js'],
  ['libs/access/src/ports/a.ts', '../domain/demand.js'],
  ['libs/access/src/use-cases/grants/a.ts', '../shared/deps.js'],
  ['libs/access/src/use-cases/grants/a.ts', './end-grant.js'],
  ['libs/access/src/use-cases/requests/a.ts', '../grants/read-grants.js'],
  ['libs/access/src/use-cases/requests/a.ts', '../../domain/trust/stop.js'],
  ['libs/access/src/use-cases/trust/a.ts', '../organisation/change-controls.js'],
  ['libs/access/src/use-cases/signals/a.ts', '../sessions/sessions.js'],
  ['libs/log-verifier/src/a.ts', '@countersign/access/policy'],
  ['libs/log-verifier/src/a.ts', '@countersign/authorization/signatures'],
  ['libs/wording/src/a.ts', '@countersign/contract'],
  ['libs/api/src/a.ts', '@countersign/contract'],
  ['libs/config/src/a.ts', '@countersign/api'],
  ['libs/authorization/src/token/mint/a.ts', 'jsonwebtoken'],
  ['libs/persistence/src/a.ts', '@countersign/access'],
  ['libs/slack/src/a.ts', '@slack/bolt'],
  ['apps/gateway/src/a.ts', '@countersign/authorization'],
  ['apps/gateway/src/a.ts', '@countersign/config/gateway'],
  ['apps/broker/src/a.ts', '@countersign/authorization/mint'],
  ['apps/demo/src/a.ts', '@countersign/authorization/context'],
  ['apps/web/src/a.tsx', '@countersign/api'],
  ['apps/web/src/a.tsx', '@countersign/authorization/signatures'],
  ['apps/cli/src/a.ts', '../../demo/src/tour/index.js'],
  ['libs/runtime/src/folder-lock.ts', '@countersign/contract'],
  ['apps/gateway/src/a.ts', '@countersign/runtime'],
  ['libs/slack/src/a.ts', '@countersign/runtime'],
  ['apps/web/src/a.tsx', '@countersign/contract'],
  ['apps/web/src/a.tsx', '@countersign/wording'],
] as const;

/** The file in the tree of one case. Each case has its own file, so that one run of the linter covers them all. */
const fileOf = (file: string, specifier: string): string =>
  file.replace(/a(?=\.tsx?$)/, `a-${specifier.replaceAll(/[^a-z0-9]+/gi, '-')}`);

let findings: Map<string, string>;
beforeAll(() => {
  const importing = (specifier: string) => `import * as it from '${specifier}';\n\nexport const used = it;\n`;
  const cases = [...REFUSED, ...ALLOWED].map(
    ([file, specifier]) => [fileOf(file, specifier), importing(specifier)] as const,
  );
  findings = tree.lintAll(new Map(cases));
});

const lint = (file: string, specifier: string): string => findings.get(fileOf(file, specifier)) ?? '';

test.each(REFUSED)('%s may not import %s, and is told why', (file, specifier, reason) => {
  expect(lint(file, specifier)).toContain(reason);
});

test.each(ALLOWED)('%s may import %s', (file, specifier) => {
  expect(lint(file, specifier)).not.toMatch(/noRestrictedImports| plugin /);
});

test('the linter has the rules of the table: run "node lint/import-rules.mjs" after a change', () => {
  expect(readFileSync('lint/import-rules.json', 'utf8')).toBe(importRulesJson());
});

test('each case has a file of its own', () => {
  const files = [...REFUSED, ...ALLOWED].map(([file, specifier]) => fileOf(file, specifier));
  expect(new Set(files).size).toBe(files.length);
});

test('files may not import each other in a circle', () => {
  const importing = (other: string) => `import * as it from './${other}.js';\n\nexport const used = it;\n`;
  tree.lint('libs/runtime/src/one.ts', importing('two'));
  expect(tree.lint('libs/runtime/src/two.ts', importing('one'))).toContain('noImportCycles');
});
