import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sealDays } from '@countersign/access';
import type { StatementBody } from '@countersign/audit-log';
import type { StatementException, StatementGateway } from '@countersign/contract';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { laterEvent } from '../../factories/filler.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { signedByLog, signedStatementByLog } from '../../support/signed-by-log.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker, TestClock } from '../harness.js';
import { makeGrant, mintToken } from '../story.js';

const DAY_MS = 86_400_000;

/** A vendor that has the log's key signs whatever it wants. The customer compares the statement with its own mirror. */
let broker: TestBroker;
let folder: string;
let mirror: string;
let vkey: string;
let honest: StatementBody;
let silent: string;
let elsewhere: string;

async function countersign(...argv: string[]) {
  const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.tenantAdmin };
  // The leaves of the next day are in the log already.
  const tomorrow = { now: () => new Date(broker.clock.now().getTime() + DAY_MS) };
  const terminal = new Terminal(env, '', tomorrow);
  const exit = await run(argv, terminal);
  return { exit, out: terminal.out, err: terminal.err };
}
const instant = (secondsAgo: number) =>
  `${new Date(broker.clock.now().getTime() - secondsAgo * 1_000).toISOString().slice(0, 19)}Z`;

async function verify(body: StatementBody, ...more: string[]) {
  const file = join(folder, 'acme.statement');
  await writeFile(file, await signedStatementByLog(broker.host.store, body));
  return countersign('log', 'statement', '--verify', file, '--vkey', vkey, ...more);
}

beforeAll(async () => {
  broker = await TestBroker.start({ clock: TestClock.awayFromMidnight() });
  folder = await tempFolder('forged-statements');
  const gateway = await RecordingGateway.enrol(broker);
  silent = (await broker.enrolGateway('silent')).credential.gateway;
  elsewhere = (await broker.enrolGateway('elsewhere', { tenants: ['globex'] })).credential.gateway;
  const { request, grant } = await makeGrant(broker);
  await mintToken(broker, grant);
  const person = broker.persons.engineer;
  const chain = gateway.chain({ grant, request: request.id, digest: request.digest, person });
  const allowed = chain.add('allowed');
  const refused = chain.add('refused', { change: { count: 3 } });
  await gateway.send(chain, [allowed, chain.add('outcome', { id: allowed.record.id }), refused]);
  broker.clock.advance(120);
  await gateway.send(chain, [chain.add('head')]);
  const file = join(folder, 'honest.statement');
  const span = ['--from', instant(3_600), '--to', instant(60), '--out', file];
  expect(await countersign('log', 'statement', ...span)).toMatchObject({ exit: 0 });
  honest = JSON.parse((await readFile(file, 'utf8')).split('\n')[1] ?? '') as StatementBody;
  // The daily leaves of the next day bound the time at which it was made.
  await sealDays(
    { ...broker.host, clock: { now: () => new Date(broker.clock.now().getTime() + DAY_MS) } },
    null,
  );
  mirror = join(folder, 'log');
  expect(await countersign('log', 'mirror', mirror)).toMatchObject({ exit: 0 });
  vkey = (await readFile(join(mirror, 'vkey'), 'utf8')).trim();
});
afterAll(async () => {
  await broker.close();
  await removeFolder(folder);
});

test('the honest statement has something in each member, is what the mirror says, and says what is the vendor’s word', async () => {
  expect(honest).toMatchObject({
    ...{ count: 1, accesses: [[expect.any(Number), expect.stringMatching(/^rec_/)]], refused: 3 },
    gateways: [{ head: { index: expect.any(Number) } }, { gateway: silent, head: null }],
    exceptions: [{ gateway: silent, reason: 'no_head' }],
    sealed: [expect.any(String)],
  });
  const found = await verify(honest, '--log', mirror);
  expect(found).toMatchObject({ exit: 0, out: expect.stringContaining('each of its members is what') });
  expect(found.out).toMatch(
    new RegExp(`vendor’s word: that it was made at ${honest.madeAt}.*before its leaf`),
  );
  expect(found.out).toMatch(
    new RegExp(`vendor’s word: that these gateways serve other tenants: ${elsewhere}`),
  );
  const json = JSON.parse((await verify(honest, '--log', mirror, '--json')).out);
  expect(json).toMatchObject({ notNamed: [elsewhere], unconfirmed: [], madeBefore: expect.any(String) });
  expect((await verify(honest)).out).toContain('the vendor’s word');
});

/** How a member is forged. A new member without an entry does not compile. */
type Forgeries<T> = { [Member in keyof Required<T>]: (value: NonNullable<T[Member]>) => unknown };
type Body = StatementBody;
type Head = NonNullable<StatementGateway['head']>;

const later = (text: string, seconds: number) => new Date(Date.parse(text) + seconds * 1_000).toISOString();
const otherId = (id: string) => `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;

const MEMBERS: Forgeries<Body> = {
  v: () => 2,
  deployment: otherId,
  tenant: () => 'globex',
  // A span without the call that it was about.
  from: (from) => later(from, 3_500),
  to: (to) => later(to, -3_000),
  madeAt: (madeAt) => later(madeAt, 3 * 86_400),
  checkpoint: (note) => note.replace(/\n\d+\n/, (size) => `\n${Number(size) + 1}\n`),
  size: (size) => size - 1,
  root: () => Buffer.alloc(32, 1).toString('base64'),
  leaves: (leaves) => leaves - 2,
  count: () => 0,
  accesses: () => null,
  refused: () => 0,
  gateways: (gateways) => gateways.slice(1),
  exceptions: () => [],
  sealed: () => [],
};
const OF_GATEWAY: Forgeries<StatementGateway> = {
  gateway: otherId,
  enrolledAt: (enrolledAt) => later(enrolledAt, 1_800),
  revokedAt: () => honest.from,
  head: () => null,
};
const OF_HEAD: Forgeries<Head> = {
  index: (index) => index - 1,
  record: otherId,
  at: (at) => later(at, 600),
};
const OF_EXCEPTION: Forgeries<StatementException> = {
  gateway: otherId,
  from: (from) => later(from, 600),
  reason: () => 'gap',
};

const forged = <T extends object>(
  value: T,
  member: keyof T & string,
  forge: (value: never) => unknown,
): T => ({
  ...value,
  [member]: forge((value[member] ?? null) as never),
});
const inFirst = <T extends object>(
  list: readonly T[],
  ...change: Parameters<typeof forged<T>> extends [T, ...infer R] ? R : never
) => list.map((each, at) => (at === 0 ? forged(each, ...change) : each));

describe('P10: a statement with one forged member, signed by the log’s key, does not verify against the mirror', () => {
  const rows: [string, () => Body][] = [
    ...Object.entries(MEMBERS).map(([member, forge]): [string, () => Body] => [
      member,
      () => forged(honest, member as keyof Body, forge as never),
    ]),
    ...Object.entries(OF_GATEWAY).map(([member, forge]): [string, () => Body] => [
      `${member} of a gateway`,
      () => ({
        ...honest,
        gateways: inFirst(honest.gateways, member as keyof StatementGateway, forge as never),
      }),
    ]),
    ...Object.entries(OF_HEAD).map(([member, forge]): [string, () => Body] => [
      `${member} of a head`,
      () => ({
        ...honest,
        gateways: honest.gateways.map(({ head, ...gateway }) => ({
          ...gateway,
          head: head === null ? null : forged(head, member as keyof Head, forge as never),
        })),
      }),
    ]),
    ...Object.entries(OF_EXCEPTION).map(([member, forge]): [string, () => Body] => [
      `${member} of an exception`,
      () => ({
        ...honest,
        exceptions: inFirst(honest.exceptions, member as keyof StatementException, forge as never),
      }),
    ]),
    [
      'an access that was not',
      () => ({ ...honest, count: 2, accesses: [...(honest.accesses ?? []), [1, 'rec_1']] }),
    ],
    [
      'another order of accesses',
      () => ({ ...honest, accesses: [...(honest.accesses ?? []), ...(honest.accesses ?? [])] }),
    ],
    [
      'no exception and no gateway that would need one',
      () => ({
        ...honest,
        gateways: honest.gateways.filter(({ gateway }) => gateway !== silent),
        exceptions: [],
      }),
    ],
    ['a time before the end of its span', () => ({ ...honest, madeAt: later(honest.to, -1) })],
    ['an instant in another spelling', () => ({ ...honest, from: honest.from.replace('.000Z', 'Z') })],
  ];

  test.each(rows)('%s', async (_member, body) => {
    const found = await verify(body(), '--log', mirror);
    expect(found).toMatchObject({ exit: 1, out: '' });
    expect(found.err).toMatch(
      /error\[(?:statement_differs|invalid_statement|wrong_origin|unsigned|bad_signature)\]/,
    );
  });

  test('nor with a checkpoint of another root that the log’s key signed', async () => {
    const root = Buffer.alloc(32, 1);
    const origin = honest.checkpoint.split('\n')[0] ?? '';
    const checkpoint = await signedByLog(broker.host.store, { origin, size: honest.size, root });
    const body = { ...honest, checkpoint, root: root.toString('base64') };
    expect(await verify(body, '--log', mirror)).toMatchObject({
      exit: 1,
      err: expect.stringContaining('error[statement_differs]'),
    });
  });

  // Last: the deployment's log has the event from here on.
  test('nor because of an event of an unknown type that came after its span', async () => {
    broker.clock.advance(120);
    const { draft, forget } = laterEvent('gateway.moved', broker.clock.now().toISOString());
    await broker.host.store.forTenant('deployment', (unit) => unit.log.append(draft));
    forget();
    const newer = join(folder, 'newer');
    expect(await countersign('log', 'mirror', newer)).toMatchObject({ exit: 4 });
    expect(await verify(honest, '--log', newer)).toMatchObject({ exit: 4 });
    expect(await verify({ ...honest, count: 0, accesses: [] }, '--log', newer)).toMatchObject({
      ...{ exit: 1, err: expect.stringContaining('error[statement_differs]') },
    });
  });
});
