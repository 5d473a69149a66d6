import { readFileSync } from 'node:fs';
import { LintTree } from '../support/lint-tree.js';

const tree = new LintTree();
afterAll(() => tree.remove());

const REASON = "opened as the vendor it reaches every tenant's rows";
const opening = (unit: string): string =>
  `export const open = (deps: { store: Record<string, () => void> }) => deps.store.${unit}();\n`;

test('P9: fewer than ten modules may, and each of them does', () => {
  const { plugins } = JSON.parse(readFileSync('biome.json', 'utf8')) as {
    plugins: { path: string; includes: string[] }[];
  };
  const rule = plugins.find(({ path }) => path.endsWith('vendor-units.grit'));
  const exempt = (rule?.includes ?? []).flatMap((each) => /^!([^*]*\.ts)$/.exec(each)?.[1] ?? []);
  expect(exempt.length).toBeGreaterThan(0);
  expect(exempt.length).toBeLessThan(10);
  for (const file of exempt) expect(readFileSync(file, 'utf8')).toMatch(/\b(asVendor|readAsVendor)\b/);
});

const REFUSED = [
  ['apps/broker/src/requests/requests.controller.ts', 'readAsVendor'],
  ['apps/cli/src/host/new.ts', 'asVendor'],
  ['libs/access/src/use-cases/new.ts', 'asVendor'],
  ['libs/mail/src/client.ts', 'readAsVendor'],
  ['libs/slack/src/client.ts', 'readAsVendor'],
] as const;

const WAYS = [
  "deps.store['asVendor']();",
  'deps.store["readAsVendor"]();',
  'deps.store[`asVendor`]();',
  'deps.store?.asVendor();',
  "deps.store?.['readAsVendor']();",
  'const { asVendor } = deps.store;',
  'const { readAsVendor: open } = deps.store;',
  "const { 'asVendor': open } = deps.store;",
  'const { asVendor = null } = deps.store;',
  'const { store: { readAsVendor } } = deps;',
  'const inner = ({ asVendor }: typeof deps.store) => asVendor;',
  'let open; ({ asVendor: open } = deps.store);',
  'let asVendor; ({ asVendor } = deps.store);',
];
const fileOf = (way: string): string => `libs/access/src/use-cases/way-${WAYS.indexOf(way)}.ts`;
const textOf = (way: string): string =>
  `export const open = (deps: { store: Record<string, () => void> }) => {\n  ${way}\n};\n`;

const DECLARES = 'libs/access/src/use-cases/declares.ts';
const DECLARATION =
  'export interface Opens {\n  asVendor(): void;\n}\nexport const made = { asVendor: () => {} };\n';

const ALLOWED = [
  ['libs/access/src/use-cases/organisation-file/apply-organisation.ts', 'asVendor'],
  ['libs/access/src/use-cases/of-a-tenant.ts', 'forTenant'],
  ['libs/access/src/use-cases/shared/visible-objects.ts', 'readAsVendor'],
] as const;

let said: Map<string, string>;
beforeAll(() => {
  said = tree.lintAll(
    new Map([
      ...[...REFUSED, ...ALLOWED].map(([file, unit]) => [file, opening(unit)] as const),
      ...WAYS.map((way) => [fileOf(way), textOf(way)] as const),
      [DECLARES, DECLARATION],
    ]),
  );
});

test.each(REFUSED)('P9: %s may not use %s, and is told why', (file) => {
  expect(said.get(file)).toContain(REASON);
});

test.each(WAYS)('P9: nor by another way to a member: %s', (way) => {
  expect(said.get(fileOf(way))).toContain(REASON);
});

test('a method by that name of something else may be declared', () => {
  expect(said.get(DECLARES) ?? '').not.toContain(REASON);
});

test.each(ALLOWED)('%s may use %s', (file) => {
  expect(said.get(file) ?? '').not.toContain(REASON);
});
