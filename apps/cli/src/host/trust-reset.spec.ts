import { join } from 'node:path';
import { openStore, systemClock, systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { aTrustVersion } from '../../../../test/contract/support/rows.js';
import { specFolder } from '../../../../test/support/spec-folder.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

const ORGANISATION = `
vendor: { name: Northwind Cloud, staff: [] }
services:
  - name: billing
    upstream: http://localhost:4200
    routes: [{ method: GET, path: "/tenants/{tenant}/invoices", resource: invoices, action: list }]
tenants:
  - { slug: acme, name: Acme, people: [{ email: ada@acme.example, name: Ada, roles: [approver, admin] }] }
  - { slug: globex, name: Globex, people: [{ email: gwen@globex.example, name: Gwen, roles: [approver] }] }
`;
const masterKey = Buffer.alloc(32, 3);

let dataDir: string;
let env: Record<string, string>;

async function cli(argv: string[], stdin = '') {
  const terminal = new Terminal(env, stdin);
  const exit = await run(argv, terminal);
  return { exit, out: terminal.out, err: terminal.err };
}

/** Acme's people have signed something. */
async function claimed(): Promise<void> {
  const system = { clock: systemClock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
  const url = `sqlite:${join(dataDir, 'countersign.db')}`;
  const store = await openStore({ url, masterKey: new Uint8Array(masterKey), ...system });
  try {
    const [ada] = await store.readAsVendor((unit) => unit.organisation.persons('ada@acme.example'));
    if (ada === undefined) throw new Error('ada is there');
    await store.forTenant('acme', (unit) => unit.trust.adopt(aTrustVersion(ada)));
  } finally {
    await store.close();
  }
}

beforeEach(async () => {
  dataDir = join(specFolder(), 'data');
  env = { COUNTERSIGN_DATA_DIR: dataDir, COUNTERSIGN_MASTER_KEY: masterKey.toString('base64') };
  await cli(['migrate']);
  await cli(['apply', '-f', '-'], ORGANISATION);
  await claimed();
});

const reset = ['trust', 'reset', 'acme'];
const because = [...reset, '--reason', 'a fire'];

test('a reset is declared once, called off once, and says what it does not do', async () => {
  const begun = await cli([...because, '--json']);
  const said = JSON.parse(begun.out);
  expect(said).toEqual({ id: expect.stringMatching(/^rst_/), tenant: 'acme', state: 'open' });
  expect(await cli(because)).toMatchObject({ exit: 1, err: expect.stringMatching(/^error\[conflict\]: /) });
  expect(await cli([...reset, '--cancel'])).toMatchObject({
    exit: 0,
    out: expect.stringContaining('called off'),
  });
  expect(await cli([...reset, '--cancel'])).toMatchObject({
    exit: 1,
    err: expect.stringMatching(/^error\[wrong_state\]: /),
  });
  expect((await cli(because)).out).toContain('It opens nothing by itself.');
});

test('it is for claimed tenants, and needs a reason or --cancel', async () => {
  const other = (slug: string) => cli(['trust', 'reset', slug, '--reason', 'a fire']);
  expect((await other('globex')).err).toMatch(/^error\[wrong_state\]: /);
  expect((await other('nobody')).err).toMatch(/^error\[not_found\]: /);
  for (const argv of [reset, [...because, '--cancel'], [...reset, '--reason', ' ']])
    expect((await cli(argv)).exit).toBe(2);
});
