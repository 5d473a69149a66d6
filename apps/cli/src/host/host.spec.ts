/** @soak */

import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeGatewayCredential } from '@countersign/gateway-protocol';
import Database from 'better-sqlite3';
import { onlyInSoak } from '../../../../test/support/samples.js';
import { specFolder } from '../../../../test/support/spec-folder.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

const ORGANISATION = `
vendor:
  name: Northwind Cloud
  staff:
    - { email: erin@northwind.example, name: Erin Okafor, roles: [engineer] }
    - { email: max@northwind.example, name: Max Lind, roles: [reviewer] }
services:
  - name: billing
    upstream: http://localhost:4200
    routes: [{ method: GET, path: "/tenants/{tenant}/invoices", resource: invoices, action: list }]
tenants:
  - { slug: acme, name: Acme, people: [{ email: ada@acme.example, name: Ada, roles: [approver] }, { email: shared@x.example, name: S, roles: [auditor] }] }
  - { slug: globex, name: Globex, people: [{ email: gwen@globex.example, name: Gwen, roles: [approver] }, { email: shared@x.example, name: S, roles: [auditor] }] }
`;

const MASTER_KEY = Buffer.alloc(32, 3).toString('base64');
let dataDir: string;
let env: Record<string, string>;

beforeEach(() => {
  dataDir = join(specFolder(), 'data');
  env = { COUNTERSIGN_DATA_DIR: dataDir, COUNTERSIGN_MASTER_KEY: MASTER_KEY };
});

async function cli(argv: string[], stdin = '') {
  const terminal = new Terminal(env, stdin);
  const exit = await run(argv, terminal);
  return { exit, out: terminal.out, err: terminal.err };
}

async function json(argv: string[], stdin = '') {
  const { exit, out, err } = await cli([...argv, '--json'], stdin);
  if (exit !== 0) throw new Error(err);
  return JSON.parse(out);
}

/** A data folder whose database has the organisation. Most tests begin with a copy of it, which costs less than to make it. */
let prepared: string;
beforeAll(async () => {
  prepared = join(specFolder(), 'data');
  env = { COUNTERSIGN_DATA_DIR: prepared, COUNTERSIGN_MASTER_KEY: MASTER_KEY };
  await json(['migrate']);
  await json(['apply', '-f', '-'], ORGANISATION);
});
const applied = () => cpSync(prepared, dataDir, { recursive: true });

test('migrate makes the database for this user alone, and does nothing the second time', async () => {
  const first = await json(['migrate']);
  expect(first.deployment).toMatch(/^dep_/);
  expect(first.applied.length).toBeGreaterThan(0);
  expect(statSync(join(dataDir, 'countersign.db')).mode & 0o077).toBe(0);
  expect(await json(['migrate'])).toEqual({ deployment: first.deployment, applied: [] });
});

describe('keys rotate-master', () => {
  const OTHER = Buffer.alloc(32, 4).toString('base64');

  test('needs the new key if the old one comes from a variable, and seals everything under it', async () => {
    applied();
    const without = await cli(['keys', 'rotate-master']);
    expect([without.exit, without.err]).toEqual([1, expect.stringContaining('COUNTERSIGN_NEW_MASTER_KEY')]);
    env = { ...env, COUNTERSIGN_NEW_MASTER_KEY: OTHER };
    const rotated = await json(['keys', 'rotate-master']);
    expect(rotated).toEqual({
      from: expect.any(String),
      to: expect.any(String),
      secrets: expect.any(Number),
      resumed: false,
    });
    expect(JSON.stringify(rotated)).not.toContain(OTHER);
    expect((await cli(['keys', 'list'])).err).toContain('error[master_key_mismatch]');
    env = { ...env, COUNTERSIGN_MASTER_KEY: OTHER };
    expect((await cli(['keys', 'rotate-signing'])).exit).toBe(0);
  });

  onlyInSoak(() => {
    test('replaces the key in the data folder, and goes on after a crash', async () => {
      delete env['COUNTERSIGN_MASTER_KEY'];
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      const file = join(dataDir, 'master-key');
      const first = MASTER_KEY;
      writeFileSync(file, first, { mode: 0o600 });
      applied();
      // A crash before the commit leaves the next key; the verb goes on with it, and takes no other one instead.
      writeFileSync(`${file}.next`, OTHER, { mode: 0o600 });
      env = { ...env, COUNTERSIGN_NEW_MASTER_KEY: Buffer.alloc(32, 5).toString('base64') };
      expect(await cli(['keys', 'rotate-master'])).toMatchObject({
        exit: 1,
        err: expect.stringContaining('error[next_key_left]'),
      });
      expect(readFileSync(file, 'utf8')).toBe(first);
      delete env['COUNTERSIGN_NEW_MASTER_KEY'];
      expect(await json(['keys', 'rotate-master'])).toMatchObject({ resumed: false });
      expect([readFileSync(file, 'utf8'), readFileSync(`${file}.old`, 'utf8')]).toEqual([OTHER, first]);
      expect(statSync(file).mode & 0o077).toBe(0);
      // A crash after the commit leaves the old key in place.
      writeFileSync(`${file}.next`, OTHER, { mode: 0o600 });
      writeFileSync(file, first);
      expect(await json(['keys', 'rotate-master'])).toEqual({ resumed: true });
      expect(readFileSync(file, 'utf8')).toBe(OTHER);
      // The current key as the new one is refused, and not remembered.
      env = { ...env, COUNTERSIGN_NEW_MASTER_KEY: OTHER };
      expect((await cli(['keys', 'rotate-master'])).err).toContain('error[master_key_unchanged]');
      delete env['COUNTERSIGN_NEW_MASTER_KEY'];
      expect((await cli(['keys', 'rotate-master'])).exit).toBe(0);
      expect(readFileSync(file, 'utf8')).not.toBe(OTHER);
      expect((await cli(['keys', 'list'])).exit).toBe(0);
    });
  });
});

test('before migrate every host verb says to run it', async () => {
  for (const argv of [
    ['keys', 'list'],
    ['gateways', 'enroll', 'x'],
    ['keys', 'rotate-signing'],
  ]) {
    const { exit, out, err } = await cli(argv);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toMatch(/^error\[database_missing\]: .*countersign migrate/);
  }
  const applied = await cli(['apply', '-f', '-'], ORGANISATION);
  expect([applied.exit, applied.err]).toEqual([2, expect.stringMatching(/^error\[database_missing\]: /)]);
});

test('a database that cannot be opened exits with 2; a file that is not one, or another version, with 1', async () => {
  mkdirSync(join(dataDir, 'countersign.db'), { recursive: true });
  for (const argv of [['keys', 'list'], ['migrate']]) {
    const { exit, err } = await cli(argv);
    expect([exit, err]).toEqual([2, expect.stringMatching(/^error\[database_unreadable\]: /)]);
  }
  rmSync(join(dataDir, 'countersign.db'), { recursive: true });
  writeFileSync(join(dataDir, 'countersign.db'), 'a letter, not a database\n'.repeat(100));
  expect(await cli(['keys', 'list'])).toMatchObject({
    exit: 1,
    err: expect.stringMatching('database_unreadable'),
  });
  writeFileSync(join(dataDir, 'countersign.db'), '');
  expect(await cli(['keys', 'list'])).toMatchObject({
    exit: 1,
    err: expect.stringMatching('migrations_pending'),
  });
});

test('keys rotate-log makes a key that signs every log, and the old one ends after the overlap', async () => {
  applied();
  const rotated = await json(['keys', 'rotate-log', '--overlap', 'PT1H']);
  expect(rotated).toEqual({
    kid: expect.any(String),
    replaces: expect.any(String),
    resumed: false,
    overlap: 3600,
  });
  const again = await json(['keys', 'rotate-log']);
  expect(again).toMatchObject({ replaces: rotated.kid, resumed: false, overlap: 30 * 86_400 });
  expect((await cli(['keys', 'rotate-log', '--overlap', 'soon'])).exit).toBe(2);
  expect((await cli(['keys', 'rotate-log'])).out).toMatch(
    /signs the logs from now on; .* signs beside it for/,
  );
});

test('restore opens the next epoch of the feed each time, and says what the operator must do again', async () => {
  await json(['migrate']);
  expect(await json(['restore'])).toEqual({
    epoch: 2,
    after: { epoch: 1, seq: expect.any(Number) },
    logs: [expect.objectContaining({ log: 'deployment', lost: 0 })],
  });
  const { exit, out } = await cli(['restore']);
  expect(exit).toBe(0);
  expect(out).toMatch(/in epoch 3 now/);
  expect(out).toMatch(/stop again what was stopped/);
  expect((await cli(['restore', '--help'])).out).toMatch(
    /Stop the brokers before\s+you put the backup in place/,
  );
});

test('without a master key nothing is opened', async () => {
  delete env['COUNTERSIGN_MASTER_KEY'];
  const { exit, err } = await cli(['migrate']);
  expect([exit, err]).toEqual([
    1,
    expect.stringMatching(/^error\[invalid_config\]: COUNTERSIGN_MASTER_KEY is required/),
  ]);
});

test('another master key is refused', async () => {
  await json(['migrate']);
  env['COUNTERSIGN_MASTER_KEY'] = Buffer.alloc(32, 4).toString('base64');
  const { exit, err } = await cli(['keys', 'list']);
  expect([exit, err]).toEqual([1, expect.stringMatching(/^error\[master_key_mismatch\]: /)]);
});

describe('apply', () => {
  beforeEach(() => json(['migrate']));

  test('--dry-run shows the plan and writes nothing', async () => {
    const { exit, out } = await cli(['apply', '-f', '-', '--dry-run'], ORGANISATION);
    expect(exit).toBe(0);
    expect(out).toContain('+ tenant acme');
    expect(out).toContain('Nothing was written.');
    expect((await json(['apply', '-f', '-', '--dry-run'], ORGANISATION)).changes).not.toEqual([]);
  });

  test('applies, then finds no differences, then shows exactly what changed', async () => {
    expect((await json(['apply', '-f', '-'], ORGANISATION)).applied).toBe(true);
    expect((await cli(['apply', '-f', '-'], ORGANISATION)).out).toBe('No differences.\n');
    const changed = ORGANISATION.replace('name: Acme,', 'name: Acme Corp,').replace(
      'name: Max Lind',
      'name: Max L',
    );
    const { out } = await cli(['apply', '-f', '-'], changed);
    expect(out).toBe(
      [
        '~ tenant acme',
        '    name: Acme → Acme Corp',
        '~ person max@northwind.example',
        '    name: Max Lind → Max L',
        '',
        '0 to add, 2 to change, 0 to remove. Done.',
        '',
      ].join('\n'),
    );
  });

  test('warns what a changed route map lets through that it did not before, and the reverse', async () => {
    const withHeaders = (headers: string) =>
      ORGANISATION.replace(
        /^( +)upstream: .*$/m,
        (line, indent) => `${line}\n${indent}headers: [${headers}]`,
      );
    const first = await cli(['apply', '-f', '-'], withHeaders('X-Case'));
    expect([first.exit, first.err]).toEqual([0, expect.not.stringContaining('route map')]);
    const argv = ['apply', '-f', '-', '--dry-run'];
    const { exit, err } = await cli(argv, withHeaders('X-User-Id'));
    expect(exit).toBe(0);
    expect(err).toMatch(/^warning: \/services\/billing the route map gains the header x-user-id on GET /m);
    expect(err).toMatch(/^warning: \/services\/billing the route map loses the header x-case on GET /m);
    const { warnings } = await json(argv, withHeaders('X-User-Id'));
    expect(warnings).toContainEqual({
      pointer: '/services/billing',
      detail: expect.stringContaining('gains the header x-user-id on GET'),
    });
  });

  test('warns that every customer reads when someone gets the role of legal counsel', async () => {
    const withCounsel = ORGANISATION.replace('[engineer]', '[legal]');
    const warning = /^warning: \/person\/\S+ gets the role `legal`, and every customer/gm;
    const first = await cli(['apply', '-f', '-'], ORGANISATION);
    expect([first.exit, first.err]).toEqual([0, expect.not.stringContaining('legal')]);
    const result = await cli(['apply', '-f', '-'], withCounsel);
    expect([result.exit, result.err.match(warning)?.length]).toEqual([0, 1]);
    expect((await cli(['apply', '-f', '-'], withCounsel)).err).not.toMatch(warning);
  });

  test('a file with mistakes names them all with their lines, ends with 1, and changes nothing', async () => {
    const file = join(dataDir, 'organisation.yaml');
    writeFileSync(file, ORGANISATION.replace('[engineer]', '[wizard]').replace('slug: globex', 'slug: acme'));
    const { exit, out, err } = await cli(['apply', '-f', file]);
    expect([exit, out]).toEqual([1, '']);
    expect(err.trim().split('\n')).toEqual([
      expect.stringMatching(
        `^error\\[invalid_organisation\\]: ${file}:5: /vendor/staff/0/roles/0 must be one of`,
      ),
      `error[invalid_organisation]: ${file}:13: /tenants/1/slug repeats the tenant "acme"`,
    ]);
    const asJson = await cli(['apply', '-f', file, '--json']);
    expect(JSON.parse(asJson.out)).toMatchObject({ applied: false, problems: [{ line: 5 }, { line: 13 }] });
    expect((await json(['apply', '-f', '-', '--dry-run'], ORGANISATION)).changes).toHaveLength(10);
  });
});

describe('keys', () => {
  beforeEach(applied);

  test('create prints the key alone, list never shows it, revoke ends it once', async () => {
    const { exit, out, err } = await cli(['keys', 'create', '--principal', ' Erin+laptop@Northwind.example']);
    expect([exit, out]).toEqual([0, expect.stringMatching(/^csk_[A-Za-z0-9_-]{20,}\n$/)]);
    expect(err).not.toContain(out.trim());
    const { items } = await json(['keys', 'list']);
    expect(items).toEqual([
      expect.objectContaining({ principal: 'erin@northwind.example', tenant: null, revokedAt: null }),
    ]);
    expect(JSON.stringify(items)).not.toContain(out.trim());
    expect(await json(['keys', 'revoke', items[0].id])).toEqual({ id: items[0].id, revoked: true });
    expect((await cli(['keys', 'revoke', items[0].id])).err).toMatch(/^error\[not_found\]: /);
    expect((await cli(['keys', 'list'])).out).toContain('revoked');
  });

  test('--ttl says how long it works', async () => {
    const before = Date.now();
    const key = await json(['keys', 'create', '--principal', 'ada@acme.example', '--ttl', 'PT10M']);
    expect(key).toEqual({
      id: expect.stringMatching(/^key_/),
      key: expect.stringMatching(/^csk_/),
      principal: 'ada@acme.example',
      tenant: 'acme',
      expiresAt: expect.any(String),
    });
    expect(Math.abs(Date.parse(key.expiresAt) - before - 600_000)).toBeLessThan(10_000);
  });

  test('an e-mail that several persons have needs --tenant', async () => {
    const ambiguous = await cli(['keys', 'create', '--principal', 'shared@x.example']);
    expect([ambiguous.exit, ambiguous.err]).toEqual([1, expect.stringMatching(/^error\[conflict\]: /)]);
    const key = await json(['keys', 'create', '--principal', 'shared@x.example', '--tenant', 'globex']);
    expect(key.tenant).toBe('globex');
    const nobody = await cli(['keys', 'create', '--principal', 'ada@acme.example', '--tenant', 'globex']);
    expect([nobody.exit, nobody.err]).toEqual([1, expect.stringMatching(/^error\[not_found\]: /)]);
  });

  test('signing keys are rotated and revoked', async () => {
    const { kid, activeFrom } = await json(['keys', 'rotate-signing']);
    expect(Date.parse(activeFrom)).toBeGreaterThan(Date.now());
    expect(await json(['keys', 'revoke-signing', kid])).toEqual({
      kid,
      revoked: true,
      successor: expect.any(String),
    });
    expect((await cli(['keys', 'revoke-signing', kid])).err).toMatch(/^error\[not_found\]: /);
  });

  test.each(['-h', '--'])('a key id that begins with %s is no option', async (begin) => {
    const kid = begin.padEnd(43, 'x');
    for (const argv of [
      ['keys', 'revoke-signing', kid],
      ['keys', 'revoke-signing', kid, '--json'],
      ['keys', 'revoke-signing', '--json', '--', kid],
    ])
      expect(await cli(argv)).toMatchObject({ exit: 1, err: expect.stringContaining('not_found') });
  });
});

describe('gateways', () => {
  beforeEach(applied);

  test('enroll prints the credential alone; it names the broker by its public URL', async () => {
    env['COUNTERSIGN_PUBLIC_URL'] = 'https://broker.example';
    const { exit, out, err } = await cli(['gateways', 'enroll', 'eu-1']);
    expect([exit, out]).toEqual([0, expect.stringMatching(/^csg_[A-Za-z0-9_-]+\n$/)]);
    expect(err).not.toContain(out.trim());
    const credential = decodeGatewayCredential(out.trim());
    expect(credential).toMatchObject({
      broker: 'https://broker.example',
      deployment: expect.stringMatching(/^dep_/),
    });
    const { items } = await json(['gateways', 'list']);
    expect(items).toEqual([
      {
        id: credential.gateway,
        name: 'eu-1',
        services: null,
        tenants: null,
        publicKey: null,
        createdAt: expect.any(String),
        revokedAt: null,
        version: null,
        forms: null,
      },
    ]);
  });

  test('list shows the version of a gateway, and whether brokers of this version refuse it', async () => {
    for (const name of ['eu-1', 'eu-2', 'eu-3']) await cli(['gateways', 'enroll', name]);
    // As brokers note it; the end-to-end tests show that they do.
    const database = new Database(join(dataDir, 'countersign.db'));
    const note = database.prepare('UPDATE gateways SET version = ?, forms = ? WHERE name = ?');
    note.run('0.1.0', 'feed=1, records=1', 'eu-1');
    note.run('9.0.0', 'feed=2, records=1', 'eu-2');
    database.close();
    const { out } = await cli(['gateways', 'list']);
    expect(out).toMatch(/eu-1 .* 0\.1\.0 /);
    expect(out).toMatch(/eu-2 .* 9\.0\.0 \(unsupported_form\) /);
    expect(out).toMatch(/eu-3 .* – /);
    const { items } = await json(['gateways', 'list']);
    expect(items).toMatchObject([
      { version: '0.1.0', forms: 'feed=1, records=1' },
      { version: '9.0.0', forms: 'feed=2, records=1' },
      { version: null, forms: null },
    ]);
  });

  test('enroll binds a gateway to services and tenants that exist, and list shows them', async () => {
    const bound = ['--tenant', 'acme', '--service', 'billing', '--tenant', 'globex'];
    const { err } = await cli(['gateways', 'enroll', ...bound, 'eu-1']);
    expect(err).toContain('It serves billing · acme, globex.');
    const { items } = await json(['gateways', 'list']);
    expect(items).toMatchObject([{ services: ['billing'], tenants: ['acme', 'globex'] }]);
    expect((await cli(['gateways', 'list'])).out).toContain('billing · acme, globex');
    for (const wrong of [
      ['--service', 'biling'],
      ['--tenant', 'acmee'],
    ]) {
      const refused = await cli(['gateways', 'enroll', 'eu-2', ...wrong]);
      expect([refused.exit, refused.err]).toEqual([1, expect.stringContaining(`“${wrong[1]}”`)]);
    }
    expect(await cli(['gateways', 'enroll', 'eu-2', '--tenant', 'Acme!'])).toMatchObject({ exit: 2 });
  });

  test('a name is taken until its gateway is revoked', async () => {
    const { id } = await json(['gateways', 'enroll', 'eu-1']);
    expect((await cli(['gateways', 'enroll', 'eu-1'])).err).toMatch(/^error\[conflict\]: /);
    expect(await json(['gateways', 'revoke', id])).toEqual({ id, revoked: true });
    expect((await json(['gateways', 'enroll', 'eu-1'])).id).not.toBe(id);
    expect((await cli(['gateways', 'revoke', id])).err).toMatch(/^error\[not_found\]: /);
  });

  test('revoke takes the name too, and means the gateway that has it now', async () => {
    const first = await json(['gateways', 'enroll', 'eu 1']);
    expect(await json(['gateways', 'revoke', 'eu 1'])).toEqual({ id: first.id, revoked: true });
    const second = await json(['gateways', 'enroll', 'eu 1']);
    expect(await json(['gateways', 'revoke', 'eu 1'])).toEqual({ id: second.id, revoked: true });
    for (const gone of ['eu 1', 'never'])
      expect(await cli(['gateways', 'revoke', gone])).toMatchObject({
        exit: 1,
        err: expect.stringMatching(/^error\[not_found\]: /),
      });
  });
});

describe('keys for `context: hmac` on a gateway’s host', () => {
  test('stdout holds the key alone; a further one waits until the overlap is over', async () => {
    const first = await cli(['gateways', 'context-key', 'billing']);
    expect(JSON.parse(first.out)).toEqual({
      ...{ kty: 'oct', alg: 'HS256', use: 'sig' },
      kid: expect.any(String),
      k: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect([first.exit, first.err]).toEqual([0, expect.stringContaining('signs from now on')]);
    expect(first.err).not.toContain(JSON.parse(first.out).k);
    const second = await json(['gateways', 'context-key', 'billing', '--overlap', '2h']);
    expect(second).toMatchObject({ service: 'billing', until: JSON.parse(first.out).kid, replaced: null });
    const third = await json(['gateways', 'context-key', 'billing', '--overlap', '0s']);
    expect(third).toMatchObject({ replaced: second.kid, key: { kid: third.kid } });
  });

  test('a name that is no service, and a file of another form, are refused', async () => {
    expect(await cli(['gateways', 'context-key', '../identity'])).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/^error\[invalid_usage\]: /),
    });
    await json(['gateways', 'context-key', 'crm']);
    const file = join(dataDir, 'spool', 'context-keys', 'crm.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, '{}');
    expect(await cli(['gateways', 'context-key', 'crm'])).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/^error\[context_keys_unreadable\]: /),
    });
  });
});

describe('P12: pins on a gateway’s host', () => {
  const one = `sha256:${'1'.repeat(64)}`;
  const two = `sha256:${'2'.repeat(64)}`;

  test('the first counts at once; another one waits for 72 hours, and can be called off', async () => {
    expect(await json(['gateways', 'pins'])).toEqual({ items: [], next: null });
    const first = await json(['gateways', 'pin', 'acme', one]);
    expect(first).toMatchObject({ tenant: 'acme', pinned: one, next: null, outcome: 'pinned' });
    const second = await json(['gateways', 'pin', 'acme', two]);
    expect(second).toMatchObject({ tenant: 'acme', pinned: one, next: { pinned: two }, outcome: 'waiting' });
    expect(Date.parse(second.next.from) - Date.parse(first.since)).toBeGreaterThanOrEqual(72 * 3_600_000);
    await json(['gateways', 'pin', 'globex', two]);
    const { outcome: _said, ...waiting } = second;
    const { items } = await json(['gateways', 'pins']);
    expect(items).toEqual([waiting, expect.objectContaining({ tenant: 'globex', pinned: two, next: null })]);
    expect(await json(['gateways', 'pin', 'acme', one])).toMatchObject({ next: null, outcome: 'kept' });
  });

  test('removing pins.json lifts no delay: another pin waits, and the one in force is in the file again', async () => {
    const spool = join(dataDir, 'spool');
    const pinned = { pinned: one, since: '2026-01-01T00:00:00Z' };
    // What the gateway keeps beside the trust documents.
    mkdirSync(join(spool, 'trust'), { recursive: true });
    writeFileSync(
      join(spool, 'trust', 'pins-in-force.json'),
      JSON.stringify({ v: 1, pins: { acme: pinned, globex: pinned } }),
    );
    expect((await json(['gateways', 'pins'])).items).toMatchObject([
      { tenant: 'acme', pinned: one, alarm: 'missing' },
      { tenant: 'globex', pinned: one, alarm: 'missing' },
    ]);
    expect((await cli(['gateways', 'pins'])).out).toContain('it stays in force');
    const second = await json(['gateways', 'pin', 'acme', two]);
    expect(second).toMatchObject({ pinned: one, next: { pinned: two }, outcome: 'waiting', alarm: null });
    expect(Date.parse(second.next.from) - Date.now()).toBeGreaterThan(71 * 3_600_000);
    expect((await json(['gateways', 'pins'])).items).toMatchObject([
      { tenant: 'acme', pinned: one, next: { pinned: two }, alarm: null },
      { tenant: 'globex', pinned: one, alarm: null },
    ]);
  });

  test('--at-least names a version that the chain must contain; only `none` takes it back', async () => {
    const least = ['--at-least', two];
    const pinned = { tenant: 'acme', pinned: one, atLeast: [two], next: null };
    expect(await json(['gateways', 'pin', 'acme', one, ...least])).toMatchObject({
      ...pinned,
      outcome: 'pinned',
    });
    expect((await cli(['gateways', 'pin', 'acme', one])).out).toBe(
      `acme was pinned to ${one}, at least ${two} already.\n`,
    );
    expect((await json(['gateways', 'pins'])).items).toMatchObject([pinned]);
    const other = await json(['gateways', 'pin', 'acme', two, '--at-least', one]);
    expect(other).toMatchObject({ atLeast: [two], next: { pinned: two, atLeast: [one] } });
    expect((await cli(['gateways', 'pins'])).out).toContain(`${two}, at least ${one} from `);
    expect(await json(['gateways', 'pin', 'acme', one, '--at-least', one])).toMatchObject({
      ...{ atLeast: [two, one], next: null, outcome: 'kept' },
    });
    expect((await cli(['gateways', 'pin', 'acme', one, '--at-least', 'none'])).out).toBe(
      `acme stays pinned to ${one}; no version is required any more.\n`,
    );
    expect((await json(['gateways', 'pins'])).items).toMatchObject([{ ...pinned, atLeast: [] }]);
  });

  test('they need no database and no broker, and say that no gateway has run there', async () => {
    const { exit, out, err } = await cli(['gateways', 'pin', 'acme', one]);
    expect([exit, out]).toEqual([0, `acme is pinned to ${one}.\n`]);
    expect(err).toContain('COUNTERSIGN_SPOOL_DIR');
    expect((await cli(['gateways', 'pins'])).out).toContain(one);
  });

  test('what is not a slug or fingerprint is bad usage, and a file of another form is not overwritten', async () => {
    for (const argv of [
      ['Acme', one],
      ['deployment', one],
      ['acme', 'sha256:1'],
      ['acme', one.toUpperCase()],
      ['acme', one, '--at-least', 'sha256:1'],
      ['acme', one, '--at-least'],
    ])
      expect((await cli(['gateways', 'pin', ...argv])).exit).toBe(2);
    mkdirSync(join(dataDir, 'spool'), { recursive: true });
    writeFileSync(join(dataDir, 'spool', 'pins.json'), '{}');
    const { exit, err } = await cli(['gateways', 'pin', 'acme', one]);
    expect([exit, err]).toEqual([2, expect.stringContaining('error[pins_unreadable]')]);
  });
});
