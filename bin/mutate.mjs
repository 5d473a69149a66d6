#!/usr/bin/env node
/**
 * Mutation testing of the checks: removes one of them at a time, in a copy of the tree, and runs the specs beside it.
 * Every removal has to turn a test red. What is removed:
 *
 * - each entry of a list of steps or rules, in the token's, the call's, the countersignatures' and the statements' checks;
 * - in the countersignatures' checks each guard (`if (…) return …`), and each side of an `&&` or `||`.
 *
 * `npm run test:mutation` runs them all and fails if one survives; `-- TEXT` only those whose name has the text.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const VERIFY = 'libs/authorization/src';
/** Folder, which of its files, and whether guards and operands are removed as well as entries of lists. */
const TARGETS = [
  { folder: `${VERIFY}/countersignature`, whole: () => true },
  { folder: `${VERIFY}/trust`, whole: () => true },
  { folder: `${VERIFY}/call`, whole: (name) => /^(?:countersign-steps|named-tenants)\.ts$/.test(name) },
  { folder: `${VERIFY}/token`, whole: () => false },
  { folder: 'libs/contract/src/statement', whole: () => false },
];
/** Survivors that change nothing that anybody could see, each with the reason. */
const EQUIVALENT = new Map(
  Object.entries(JSON.parse(readFileSync(join(root, 'bin/mutate-equivalent.json'), 'utf8'))),
);

/** Every mutant of a file: a name that does not depend on line numbers, and the text that takes a place in the source. */
function mutantsOf(path, whole) {
  const text = readFileSync(join(root, path), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const add = (node, replacement, what) =>
    found.push({ path, start: node.getStart(), end: node.getEnd(), replacement, what });
  const short = (node) => node.getText().replace(/\s+/g, ' ').slice(0, 90);
  const visit = (node, within) => {
    const named =
      ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node)
        ? (node.name?.getText() ?? within)
        : within;
    if (
      ts.isVariableDeclaration(node) &&
      /(?:Steps|RULES)$/.test(node.name.getText()) &&
      node.initializer &&
      ts.isArrayLiteralExpression(node.initializer)
    )
      for (const entry of node.initializer.elements)
        add(entry, ts.isSpreadElement(entry) ? '...[]' : '...[]', `${node.name.getText()}: ${short(entry)}`);
    if (
      whole &&
      ts.isIfStatement(node) &&
      node.elseStatement === undefined &&
      ts.isReturnStatement(node.thenStatement)
    )
      add(node, ';', `${named}: if (${short(node.expression)})`);
    if (whole && ts.isBinaryExpression(node) && /^(?:&&|\|\|)$/.test(node.operatorToken.getText())) {
      add(node, node.left.getText(), `${named}: without right of ${short(node)}`);
      add(node, node.right.getText(), `${named}: without left of ${short(node)}`);
    }
    ts.forEachChild(node, (child) => visit(child, named));
  };
  visit(source, '');
  return found.map((mutant) => ({ ...mutant, text, name: `${basename(path)} ${mutant.what}` }));
}

function copyOfTree() {
  const copy = mkdtempSync(join(tmpdir(), 'mutate-'));
  for (const part of [
    'libs',
    'test',
    'apps/gateway',
    'package.json',
    'jest.config.mjs',
    'tsconfig.json',
    'docs/schemas',
    'bin',
  ])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

function specsPass(copy, folder) {
  const done = spawnSync(
    process.execPath,
    [
      'bin/jest.mjs',
      'unit',
      '--',
      folder,
      '--bail',
      '--silent',
      '--maxWorkers=2',
      `--cacheDirectory=${join(copy, '.jest')}`,
    ],
    { cwd: copy, encoding: 'utf8', env: { ...process.env, COUNTERSIGN_TEST_SAMPLES: 'full' } },
  );
  if (done.status !== 0 && !/\d+ failed|Test suite failed/.test(done.stdout + done.stderr))
    throw new Error(`the specs could not be run:\n${done.stdout}${done.stderr}`);
  return done.status === 0;
}

const wanted = process.argv[2] ?? '';
const copy = copyOfTree();
const survivors = [];
let killed = 0;
let excused = 0;
try {
  for (const { folder, whole } of TARGETS) {
    const mutants = readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
      .flatMap((name) => mutantsOf(join(folder, name), whole(name)))
      .filter(({ name }) => name.includes(wanted));
    if (mutants.length === 0) continue;
    if (!specsPass(copy, folder)) throw new Error(`the specs of ${folder} fail before anything is removed`);
    for (const { path, start, end, replacement, text, name } of mutants) {
      writeFileSync(join(copy, path), text.slice(0, start) + replacement + text.slice(end));
      const survives = specsPass(copy, folder);
      writeFileSync(join(copy, path), text);
      if (!survives) killed += 1;
      else if (EQUIVALENT.has(name)) excused += 1;
      else survivors.push(name);
      process.stdout.write(`${survives ? (EQUIVALENT.has(name) ? 'same' : 'SURVIVES') : 'red'}  ${name}\n`);
    }
  }
} finally {
  // Workers that were told to stop may still be writing.
  rmSync(copy, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
const total = killed + survivors.length;
process.stdout.write(
  `\n${killed} of ${total} removals turn a test red (${total === 0 ? 0 : Math.round((killed / total) * 1_000) / 10} %); ${excused} change nothing that can be seen\n`,
);
for (const name of survivors) process.stdout.write(`survives: ${name}\n`);
process.exit(survivors.length === 0 && total > 0 ? 0 : 1);
