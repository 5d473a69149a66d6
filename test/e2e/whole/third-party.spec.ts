/**
 * @soak
 * @alone
 */

import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cli } from '../../support/cli.js';
import { onBusyMachine } from '../../support/deadline.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { Inside } from '../../support/inside.js';
import { JsonServer, organisationText, rewritten } from '../../support/json-server.js';
import { readLogs } from '../../support/log-reader.js';
import type { Running } from '../../support/program.js';
import { hasSoakTests, isFullRun } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';

type Page<T> = { items: T[] };
type Asked = { id: string; state: string; grant: string | null };
type Listed = {
  id: string;
  decision: string;
  method: string;
  path: string;
  code: string | null;
  outcome: string | null;
};

describe('the whole path in front of a third party’s server', () => {
  let folder: string;
  let upstream: JsonServer;
  let host: Cli;
  let una: Cli;
  let per: Cli;
  let siri: Cli;
  let brokerUrl: string;
  let gatewayUrl: string;
  let auditorKey: string;
  let engineerKey: string;
  let grant: string;
  const programs: Running[] = [];

  const keyOf = async (email: string) =>
    (await host.json<{ key: string }>('keys', 'create', '--principal', email)).key;

  /** The command exits with `code`, and has written the status line, the headers and the body. */
  const curl = async (...args: string[]) => {
    const written = join(folder, 'answer');
    await rm(written, { force: true });
    const { code } = await una.inside('curl', grant, '--', '-s', '-i', '-o', written, ...args);
    return { code, text: await readFile(written, 'utf8').catch(() => '') };
  };

  /** A token without a process of its own: the command has its test below. */
  const minted = async (): Promise<string> => {
    const answer = await fetch(`${brokerUrl}/api/v1/grants/${grant}/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${engineerKey}` },
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  };

  const list = async <T>(path: string): Promise<T[]> => {
    const answer = await fetch(`${brokerUrl}/api/v1/tenants/harbour/${path}`, {
      headers: { authorization: `Bearer ${auditorKey}` },
    });
    return ((await answer.json()) as Page<T>).items;
  };

  beforeAll(async () => {
    folder = await tempFolder('third-party');
    upstream = await JsonServer.start(folder);
    programs.push(upstream.program);
    const ports = { broker: await freePort(), gateway: await freePort() };
    brokerUrl = `http://localhost:${ports.broker}`;
    gatewayUrl = `http://localhost:${ports.gateway}`;
    const env = {
      COUNTERSIGN_DATA_DIR: folder,
      COUNTERSIGN_MASTER_KEY: randomBytes(32).toString('base64'),
      COUNTERSIGN_PORT: String(ports.broker),
      COUNTERSIGN_GATEWAY_PORT: String(ports.gateway),
      COUNTERSIGN_PUBLIC_URL: brokerUrl,
      COUNTERSIGN_GATEWAY_URL: gatewayUrl,
      COUNTERSIGN_BROKER_URL: brokerUrl,
    };
    host = new Cli(env);
    // In `npm test` both programs run inside the test. Otherwise the host's own commands start them, each as a process.
    const started = (name: 'broker' | 'gateway', more: Record<string, string> = {}): Running =>
      hasSoakTests() ? host.start(name, more) : Inside.start(name, { ...env, ...more });
    const organisationFile = join(folder, 'organisation.yaml');
    await writeFile(organisationFile, organisationText(upstream.origin));
    await host.json('migrate');
    await host.json('apply', '-f', organisationFile);
    const { credential } = await host.json<{ credential: string }>('gateways', 'enroll', 'clinic-1');
    engineerKey = await keyOf('una@fjord.example');
    una = host.as(engineerKey);
    per = host.as(await keyOf('per@fjord.example'));
    siri = host.as(await keyOf('siri@harbour.example'));
    auditorKey = await keyOf('tor@harbour.example');

    const broker = started('broker');
    programs.push(broker);
    await broker.untilReady(`${brokerUrl}/readyz`);
    const gateway = started('gateway', { COUNTERSIGN_GATEWAY_CREDENTIAL: credential });
    programs.push(gateway);
    await gateway.untilReady(`${gatewayUrl}/readyz`);
  }, 120_000);

  afterAll(async () => {
    for (const program of programs.reverse()) await program.dispose();
    await removeFolder(folder);
  });

  test('P1: a grant exists after the engineer requests, the vendor reviews and the customer approves', async () => {
    const asked = await una.json<Asked>(
      ...['request', 'harbour', 'patients', '--scope', 'patients:list', 'patients/*:read,update'],
      ...['--for', 'PT30M', '--reason', 'Case 4711: a recall date is wrong'],
    );
    expect(asked).toMatchObject({ state: 'awaiting_vendor', grant: null });
    await per.json('review', asked.id, '--approve');
    await siri.json('review', asked.id, '--approve');
    const decided = await una.json<Asked>('show', asked.id);
    expect(decided).toMatchObject({ state: 'approved', grant: expect.stringMatching(/^grt_/) });
    grant = String(decided.grant);
  }, 120_000);

  test('reads and changes data of the third party through the gateway', async () => {
    const all = await curl('/clinics/harbour/patients');
    expect(all.text).toMatch(/^HTTP\/1\.1 200 /);
    expect(all.text).toContain('Olav Nes');
    expect(all.text).not.toContain('Rut Berg');
    const changed = await curl(
      ...['-X', 'PATCH', '-H', 'content-type: application/json', '-d', '{"recall":"2027-02-01"}'],
      '/clinics/harbour/patients/p-2',
    );
    expect(changed.text).toMatch(/^HTTP\/1\.1 200 /);
    const stored = await eventually('the change is stored', async () => {
      const patient = await upstream.stored('p-2');
      return patient?.recall === '2027-02-01' && patient;
    });
    expect(stored.name).toBe('Olav Nes');
  }, 120_000);

  test('a call is in the records and in the log within a second', async () => {
    const token = await minted();
    const read = await fetch(`${gatewayUrl}/patients/clinics/harbour/patients/p-1`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const record = read.headers.get('countersign-record');
    expect(record).toMatch(/^rec_/);
    const isThere = async () =>
      (await list<Listed>('access-records')).some(({ id }) => id === record) &&
      (await list<{ data: { record?: string } }>('events')).some(({ data }) => data.record === record);
    await eventually('record and event are there', isThere, onBusyMachine(1_000));
  }, 120_000);

  test.each([
    ['P13: an action outside the scope', 'DELETE', '/clinics/harbour/patients/p-1', 'insufficient_scope'],
    ['P9: another tenant', 'GET', '/clinics/hilltop/patients', 'insufficient_scope'],
    ['P13: a path that no route lists', 'GET', '/db', 'route_not_listed'],
    [
      'P13: a parameter that the route does not list',
      'GET',
      '/clinics/harbour/patients?_limit=1',
      'route_not_listed',
    ],
  ])(
    '%s is refused and does not reach the third party',
    async (_case, method, path, code) => {
      const before = upstream.served.length;
      const token = await minted();
      const refused = await fetch(`${gatewayUrl}/patients${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
      });
      expect([refused.status, await refused.json()]).toEqual([403, expect.objectContaining({ code })]);
      expect(upstream.served).toHaveLength(before);
    },
    30_000,
  );

  test('P6: the customer revokes, and within a second the next call is refused', async () => {
    const { access_token: token } = await una.json<{ access_token: string }>('token', grant);
    const call = () =>
      fetch(`${gatewayUrl}/patients/clinics/harbour/patients`, {
        headers: { authorization: `Bearer ${token}` },
      });
    expect((await call()).status).toBe(200);
    await siri.json('revoke', grant, '--reason', 'The case is closed');
    const refused = await eventually(
      'the call is refused',
      async () => {
        const answer = await call();
        return answer.status === 200 ? undefined : { status: answer.status, body: await answer.json() };
      },
      onBusyMachine(1_000),
    );
    expect(refused).toMatchObject({ status: 403, body: { code: 'grant_ended' } });
    // The stop may have met the first one between its record and the third party: then it is recorded as cut, not as refused.
    expect((await call()).status).toBe(403);
    if (isFullRun()) expect((await curl('/clinics/harbour/patients')).code).toBe(1);
  }, 120_000);

  test('P5: the records and the log contain exactly the calls that the third party served', async () => {
    // How soon a record is visible is another test's subject; a slow disk must not fail this one.
    await eventually(
      'the refusal after the stop is recorded',
      async () => (await list<Listed>('access-records')).some(({ code }) => code === 'grant_ended'),
      30_000,
    );
    // The gateway records how a call ended a moment after its answer.
    const records = await eventually(
      'each call that was served is recorded, with its outcome',
      async () => {
        const records = await list<Listed>('access-records?limit=200&decision=allowed');
        const isComplete = records.every(({ outcome }) => outcome !== null);
        return isComplete && records.length >= upstream.served.length && records;
      },
      30_000,
    );
    const callsOf = (some: Listed[]) => some.map(({ method, path }) => `${method} ${rewritten(path)}`);
    const finished = callsOf(records.filter(({ outcome }) => outcome !== 'cut'));
    expect(without(finished, upstream.served)).toEqual([]);
    // A call that the stop cut may have been served before.
    const cut = callsOf(records.filter(({ outcome }) => outcome === 'cut'));
    expect(without(without(upstream.served, finished), cut)).toEqual([]);
    const leaves = readLogs(join(folder, 'countersign.db')).filter(({ type }) => type === 'access.allowed');
    expect(leaves.map(({ data }) => data['record']).sort()).toEqual(records.map(({ id }) => id).sort());
  }, 60_000);
});

/** What is left of `list` if each of `others` takes one equal text away. */
function without(list: readonly string[], others: readonly string[]): string[] {
  const left = [...list];
  for (const other of others) if (left.includes(other)) left.splice(left.indexOf(other), 1);
  return left;
}
