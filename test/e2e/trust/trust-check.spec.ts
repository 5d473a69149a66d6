/** @soak */

import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setPin, writePins } from '@countersign/gateway-protocol';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { type RunningGateway, startGateway } from '../../../apps/gateway/src/main.js';
import { until } from '../../fakes/until.js';
import { claim, draftOf, propose, signProposal, trustOf } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { onlyInSoak } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';

let broker: TestBroker;
let ada: Customer;
let genesis: string;
let gateway: RunningGateway;
let folder: string;
let relay: Server;
/** What the relay in front of the gateway answers instead, given the gateway's answer. */
let tamper: (jws: string) => string = (jws) => jws;

beforeAll(async () => {
  const port = await freePort();
  broker = await TestBroker.start({
    settings: { port: await freePort(), gatewayUrl: `http://localhost:${port}` },
  });
  ada = await Customer.of(broker, 'approver');
  genesis = (await claim([ada])).hash;
  folder = await tempFolder('trust-check');
  const { text } = await broker.enrolGateway('one', { services: ['billing'] });
  await writePins(folder, { acme: setPin(undefined, genesis, Date.now()).pin });
  const place = { credential: text, host: '127.0.0.1', port, spoolDir: folder };
  gateway = await startGateway({ ...place, logLevel: 'silent' });
  await until(() => gateway.isInTouch());
  relay = createServer(async (request, response) => {
    const answer = await fetch(`${gateway.url}${request.url}`);
    response.end(tamper(await answer.text()));
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => relay.close(resolve));
  await gateway.close();
  await broker.close();
  await removeFolder(folder);
});

const relayUrl = () => `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;

/** Where the command looks for its broker. */
let brokerUrl: () => string = () => broker.url;

async function check(...argv: string[]) {
  const env = { COUNTERSIGN_BROKER_URL: brokerUrl(), COUNTERSIGN_API_KEY: broker.keys.tenantAuditor };
  const terminal = new Terminal(env, '');
  const exit = await run(['trust', 'check', ...argv], terminal);
  return { exit, out: terminal.out, err: terminal.err };
}
const findings = async (...argv: string[]) => {
  const { exit, out } = await check(...argv, '--json');
  const { items } = JSON.parse(out) as { items: { finding: string | null }[] };
  return [exit, ...items.map(({ finding }) => finding)];
};
const anchorFile = async (change: object = {}) => {
  // There is none before both logs have their keys.
  const anchor = await eventually('there is an anchor file', async () => (await trustOf(ada)).anchor);
  const file = join(folder, 'anchor.json');
  await writeFile(file, JSON.stringify({ ...anchor, ...change }));
  return file;
};

test('the gateway itself confirms what the tenant has signed; the key and the anchor file are compared', async () => {
  const { exit, out } = await check('acme', '--json');
  const { items } = JSON.parse(out);
  expect(exit).toBe(0);
  expect(items).toMatchObject([
    { finding: null, statement: { tenant: 'acme', pinned: genesis, atLeast: [], current: genesis } },
  ]);
  expect((await check('acme')).out).toContain(genesis);
  const { kid } = items[0] as { kid: string };
  const own = await anchorFile();
  expect(await findings('acme', '--anchor', own, '--kid', kid, '--gateway', `${gateway.url}/`)).toEqual([
    0,
    null,
  ]);
  for (const other of ['x', '-x', '-h', '--'])
    expect(await findings('acme', '--kid', other.padEnd(43, 'x'))).toEqual([1, 'other_key']);
});

test('P12: a broker that names another first document is caught by the anchor file that the customer has kept', async () => {
  const anchor = await anchorFile({ trust: `sha256:${'0'.repeat(64)}` });
  expect(await findings('acme', '--anchor', anchor)).toEqual([1, 'other_pin']);
  const { err } = await check('acme', '--anchor', anchor);
  expect(err).toMatch(/error\[trust_differs\][\s\S]*error\[other_pin\]/);
});

onlyInSoak(() => {
  test('P12: a broker that calls a claimed tenant unclaimed has no gateway without a pin confirmed', async () => {
    const { text } = await broker.enrolGateway('two', { services: ['billing'] });
    const other = await tempFolder('trust-check-unpinned');
    const unpinned = await startGateway({
      ...{ credential: text, host: '127.0.0.1', port: await freePort(), spoolDir: other, logLevel: 'silent' },
    });
    const liar = createServer(async (request, response) => {
      const authorization = request.headers.authorization ?? '';
      const answer = await fetch(`${broker.url}${request.url}`, { headers: { authorization } });
      response.setHeader('content-type', answer.headers.get('content-type') ?? '');
      response.end(JSON.stringify({ ...((await answer.json()) as object), anchor: null }));
    });
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
    try {
      await until(() => unpinned.isInTouch());
      const anchor = await anchorFile();
      brokerUrl = () => `http://127.0.0.1:${(liar.address() as AddressInfo).port}`;
      const at = ['acme', '--gateway', unpinned.url];
      expect(await findings(...at)).toEqual([1, 'unclaimed']);
      expect((await check(...at)).err).toMatch(/error\[unclaimed\][\s\S]*--anchor/);
      expect(await findings(...at, '--anchor', anchor)).toEqual([1, 'not_pinned']);
      expect(await findings('acme')).toEqual([1, 'other_pin']);
      expect(await findings('acme', '--anchor', anchor)).toEqual([0, null]);
    } finally {
      brokerUrl = () => broker.url;
      await new Promise((resolve) => liar.close(resolve));
      await unpinned.close();
      await removeFolder(other);
    }
  });

  test('a version that the gateway has not reached is reported', async () => {
    // The chain on the gateway's disk cannot grow while its pin requires a version that does not exist.
    await writePins(folder, {
      acme: setPin(undefined, genesis, Date.now(), `sha256:${'0'.repeat(64)}`).pin,
    });
    await until(async () => (await findings('acme'))[1] === 'refuses_all');
    await writePins(folder, { acme: setPin(undefined, genesis, Date.now()).pin });
    await until(async () => (await findings('acme'))[1] === null);
    await signProposal(ada, await propose(ada, await draftOf(ada)));
    await until(async () => (await findings('acme'))[1] === null);
  });

  test('a statement that was changed, recorded, or is no statement is not believed; nor is a gateway that does not answer', async () => {
    const through = () => findings('acme', '--gateway', relayUrl());
    expect(await through()).toEqual([0, null]);
    const recorded = await (await fetch(`${gateway.url}/countersign/pins/acme?nonce=mine`)).text();
    for (const [how, finding] of [
      [() => recorded, 'wrong_nonce'],
      [(jws: string) => jws.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), 'malformed|bad_signature'],
      [() => '<html>', 'malformed'],
      [() => 'x'.repeat(1_000_000), 'unreachable'],
    ] as const) {
      tamper = how;
      expect(String((await through())[1])).toMatch(new RegExp(`^(${finding})$`));
    }
    const port = await freePort();
    expect(await findings('acme', '--gateway', `http://127.0.0.1:${port}`)).toEqual([1, 'unreachable']);
  });

  test('wrong flags are bad usage, and another tenant’s anchor file is refused', async () => {
    expect((await check('Acme')).exit).toBe(2);
    expect((await check('acme', '--gateway', 'localhost:4100')).exit).toBe(2);
    expect(await check('acme', '--anchor', join(folder, 'none.json'))).toMatchObject({ exit: 2 });
    const { vkey } = JSON.parse(await readFile(await anchorFile(), 'utf8')) as { vkey: string };
    const other = await anchorFile({ tenant: 'globex', vkey: vkey.replace('acme', 'globex') });
    expect(await check('acme', '--anchor', other)).toMatchObject({
      exit: 1,
      err: expect.stringContaining('error[anchor_differs]'),
    });
    for (const change of [{ trust: 'sha256:00' }, { tenant: 'globex' }])
      expect(await check('acme', '--anchor', await anchorFile(change))).toMatchObject({
        exit: 1,
        err: expect.stringContaining('error[invalid_anchor]'),
      });
  });
});
