/** @soak */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import type { PersonName } from '../../factories/organisation.js';
import { onlyInSoak } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';

let broker: TestBroker;
let folder: string;
beforeAll(async () => {
  broker = await TestBroker.start();
  folder = await tempFolder('demands-cli');
});
afterAll(async () => {
  await broker.close();
  await removeFolder(folder);
});

/** Runs a verb of `countersign demands` over HTTP, as one person. */
async function demands(who: PersonName, argv: readonly string[], stdin = '') {
  const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys[who] };
  const terminal = new Terminal(env, stdin);
  const exit = await run(['demands', ...argv], terminal);
  return { exit, out: terminal.out, err: terminal.err };
}
const asJson = async (who: PersonName, ...argv: string[]) => {
  const { exit, out, err } = await demands(who, [...argv, '--json']);
  if (exit !== 0) throw new Error(`exit ${exit}: ${err}`);
  return JSON.parse(out) as Record<string, unknown>;
};

const FORM = {
  ...{ authority: 'Amtsgericht Musterstadt', country: 'DE', legalBasis: '§ 94 StPO', kind: 'order' },
  ...{ data: 'Invoices', scope: 'October', tenants: ['acme'], accounts: ['konto-1'], reason: 'By courier' },
  receivedAt: '2026-01-01T00:00:00Z',
};

test('a demand goes from the file to its end on the command line, and the auditor reads every step', async () => {
  const path = join(folder, 'order.json');
  await writeFile(path, JSON.stringify(FORM));
  const { id } = (await asJson('legal', 'enter', path)) as { id: string };
  expect(id).toMatch(/^dem_/);
  await asJson('legal', 'step', id, 'redirected', '--outcome', 'declined', '--reason', 'it insists');
  await asJson(
    'legal',
    'step',
    id,
    'narrowed',
    '--scope',
    'one invoice',
    '--accounts',
    '1',
    '--reason',
    'asked',
  );
  await writeFile(join(folder, 'order.pdf'), 'the order');
  const filed = await asJson('legal', 'file', id, join(folder, 'order.pdf'), '--reason', 'the order itself');
  expect(filed['documents']).toMatchObject([{ name: 'order.pdf', bytes: 9 }]);
  await asJson('legal', 'step', id, 'disclosed', '--no-content', '--accounts', '1', '--reason', 'as ordered');
  await asJson('legal', 'step', id, 'closed', '--reason', 'done');

  const shown = await demands('vendorAuditor', ['show', id]);
  expect(shown.exit).toBe(0);
  for (const line of [
    /redirected: declined/,
    /narrowed: one invoice, 1 account/,
    /disclosed: without content, 1 account/,
    /sha256:[0-9a-f]{64} {2}order\.pdf \(9 bytes\)/,
  ])
    expect(shown.out).toMatch(line);
  expect((await demands('vendorAuditor', ['--state', 'closed', '--tenant', 'acme'])).out).toContain(id);
  expect((await demands('vendorAuditor', ['--state', 'received'])).out).toBe('No demands.\n');
});

onlyInSoak(() => {
  test('a gag is in the list; the extension that one person proposed waits for another', async () => {
    const soon = (days: number) => `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`;
    const gagged = { ...FORM, gag: { order: '§ 101 StPO', until: soon(30) } };
    const { out } = await demands('legal', ['enter', '-', '--json'], JSON.stringify(gagged));
    const { id } = JSON.parse(out) as { id: string };
    const proposal = ['extension-proposed', '--until', soon(60), '--reason', 'the court prolonged it'];
    expect(await asJson('legal', 'step', id, ...proposal)).toMatchObject({ sealed: true, overdue: false });
    expect((await demands('legal', ['show', id])).out).toMatch(/extension +to .*another person confirms it/);
    const alone = await demands('legal', ['step', id, 'extended', '--reason', 'seen']);
    expect([alone.exit, alone.err]).toEqual([1, expect.stringContaining('Another person')]);
    expect((await demands('legal', [])).out).toMatch(new RegExp(`${id}.*until `));
  });

  test('nonsense is refused in words, and nothing is entered', async () => {
    const before = (await asJson('legal')) as { items: { id: string }[] };
    const [{ id } = { id: '' }] = before.items;
    const missing = join(folder, 'missing.json');
    for (const [argv, stdin, exit, words] of [
      [['enter', missing], '', 2, /missing\.json/],
      [['enter', '-'], 'no JSON', 1, /docs\/legal\.md/],
      [['enter', '-'], 'null', 1, /./],
      [['enter', '-'], '[]', 1, /./],
      [['enter', '-'], JSON.stringify({ ...FORM, tenants: ['elsewhere'] }), 1, /no such tenant/],
      [['enter', '-'], JSON.stringify({ ...FORM, country: 'Germany' }), 1, /ISO 3166/],
      [['step', id, 'rejected2', '--reason', 'x'], '', 2, /Allowed choices are redirected/],
      [
        ['step', id, 'redirected', '--outcome', 'perhaps', '--reason', 'x'],
        '',
        2,
        /Allowed choices are accepted/,
      ],
      [['step', 'dem_1', 'closed', '--reason', 'x'], '', 1, /no such demand/],
      [['step', id, 'disclosed', '--accounts', '-1', '--reason', 'x'], '', 2, /--accounts/],
      [['file', id, folder, '--reason', 'x'], '', 2, /./],
      [['show', 'dem_0199f0a0-7b2c-7001-8000-000000000009'], '', 1, /./],
    ] as const) {
      const refused = await demands('legal', argv, stdin);
      expect([argv, refused.exit, refused.out]).toEqual([argv, exit, '']);
      expect(refused.err).toMatch(words);
    }
    for (const who of ['approver', 'engineer', 'securityAdmin'] as const)
      expect((await demands(who, [])).exit).not.toBe(0);
    expect(await asJson('legal')).toEqual(before);
  });
});
