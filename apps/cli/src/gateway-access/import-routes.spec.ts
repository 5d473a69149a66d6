import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { removeFolder, tempFolder } from '../../../../test/support/temp-folder.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

const DESCRIPTION = {
  ...{ openapi: '3.0.3', info: { title: 'Billing \u001b[2J' } },
  paths: {
    '/accounts/{account}/invoices': { get: { tags: ['Invoices'] } },
    '/accounts/{account}/invoices/{id}': { get: { tags: ['Invoices'] }, delete: { 'x-countersign': false } },
    '/accounts/{account}/{from}-{to}': { get: {} },
  },
};

let folder: string;
beforeAll(async () => {
  folder = await tempFolder('import-routes');
});
afterAll(() => removeFolder(folder));

async function cli(content: unknown, ...flags: string[]) {
  const file = join(folder, 'openapi.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  const terminal = new Terminal({});
  const exit = await run(['routes', 'import', file, '--tenant-parameter', 'account', ...flags], terminal);
  return { exit, out: terminal.out, err: terminal.err };
}

test('prints the routes as the organisation file lists them, and says on stderr what is left', async () => {
  const { exit, out, err } = await cli(DESCRIPTION);
  expect(exit).toBe(0);
  expect(parse(out)).toEqual({
    routes: [
      { method: 'GET', path: '/accounts/{tenant}/invoices', resource: 'invoices', action: 'list' },
      { method: 'GET', path: '/accounts/{tenant}/invoices/{id}', resource: 'invoices/{id}', action: 'read' },
    ],
  });
  expect(err).toMatch(/Billing .*: 2 of 3 operations have a route \(66\.6 %\)\. 1 are left out on purpose\./);
  expect(err).toMatch(/GET +\/accounts\/\{account\}\/\{from\}-\{to\} +“\{from\}-\{to\}” mixes text/);
  expect(err).not.toContain('\u001b');
});

test('with --dry-run and --json, one document says what would be mapped', async () => {
  const { exit, out } = await cli(DESCRIPTION, '--dry-run', '--json');
  expect(exit).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    ...{ operations: 4, mapped: 2 },
    unmapped: [{ method: 'GET', path: '/accounts/{account}/{from}-{to}' }],
    leftOut: [{ method: 'DELETE', path: '/accounts/{account}/invoices/{id}' }],
    routes: [{ method: 'GET' }, { method: 'GET' }],
  });
});

test('refuses what is no description, a file that is not there, and an unknown place of the tenant', async () => {
  expect(await cli('{}')).toMatchObject({ exit: 1, err: expect.stringContaining('error[invalid_openapi]') });
  expect(await cli(DESCRIPTION, '--tenant-from', 'moon')).toMatchObject({ exit: 2 });
  const terminal = new Terminal({});
  expect(await run(['routes', 'import', join(folder, 'nothing')], terminal)).toBe(2);
});
