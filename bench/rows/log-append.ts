import { EVERYTHING, ingestRecords, type Principal, requestAccess, reviewRequest } from '@countersign/access';
import {
  decodeGatewayCredential,
  gatewayAuthorization,
  type RecordEntry,
} from '@countersign/gateway-protocol';
import { incomingRecord } from '../../apps/broker/src/gateway-api/incoming-record.js';
import { PreparedStore } from '../../test/support/prepared-store.js';
import { gatewayIdentity, RecordChain, type RecordedGrant } from '../../test/support/record-chain.js';
import { Site } from '../../test/support/site.js';
import type { Closing } from '../support/closing.js';
import { cpuMicroseconds, REPORT_CPU } from '../support/cpu.js';
import { type BareConnection, type BenchEngine, ENGINES } from '../support/engines.js';
import { APPROVER, ASK, benchOrganisation, engineer, REVIEWER } from '../support/organisation.js';
import { seconds } from '../support/rate.js';
import { type Family, median, type Row, rounded, times } from '../support/table.js';

const BATCH = 1_000;
const BATCHES = 40;
const WARM_UP = 10;
/** Gateways that send at the same time, as a fleet does. */
const SENDERS = 2;

const TARGETS = { SQLite: '≥ 20,000/s', PostgreSQL: '≥ 15,000/s' };

/**
 * How fast a broker takes gateways' records of calls under a real grant: each batch one durable transaction with leaves,
 * hashes, records and openings. Once as the broker calls its store, beside as many bare durable inserts of the same bytes
 * into a table without an index; once through `POST /gateway/v1/records`, where the broker also parses each record, hashes
 * it, and verifies the gateway's signature. Processor time is of all processes that take part but the one that sends.
 */
export const logAppend: Family = {
  name: 'log-append',
  async run(closing: Closing): Promise<Row[]> {
    const rows: Row[] = [];
    for (const engine of ENGINES) {
      rows.push(...(await throughStore(engine, closing)), await throughApi(engine, closing));
      await closing.closeAll();
    }
    return rows;
  },
};

async function throughStore(engine: BenchEngine, closing: Closing): Promise<Row[]> {
  const url = await engine.database(closing);
  const store = await PreparedStore.at(url, benchOrganisation(1, 'http://127.0.0.1:9'));
  closing.add(() => store.close());
  const grant = await grantIn(store);
  const bare = await engine.connect(url);
  closing.add(() => bare.close());
  const before = await bytesOf(bare);
  await bare.run('CREATE TABLE bare (value text)');
  const { privateKey, publicKey } = gatewayIdentity();
  const id = store.host.ids.next('gtw');
  const gateway = { id, name: 'bench', publicKey, ...EVERYTHING } as Parameters<typeof incomingRecord>[1];
  const chain = new RecordChain(id, privateKey, grant);
  const rounds: { ours: number; rival: number; cpu: number }[] = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const entries = callsOf(chain);
    const records = entries.map((entry, at) => incomingRecord(store.host.hashing, gateway, entry, at));
    const cpu = ownCpu() + engine.cpuMicroseconds();
    const ours = await seconds(() =>
      ingestRecords(store.host, [{ gateway: id, boot: chain.boot, binding: EVERYTHING, records }]),
    );
    const used = ownCpu() + engine.cpuMicroseconds() - cpu;
    const texts = entries.map((entry) => JSON.stringify(entry));
    const rival = await seconds(() => bare.insertTexts('bare', texts));
    rounds.push({ ours: BATCH / ours, rival: BATCH / rival, cpu: used / BATCH });
  }
  const warm = rounds.slice(WARM_UP);
  await bare.run('DROP TABLE bare');
  await requireCalls(store, (BATCH * BATCHES) / 2);
  const stored = ((await bytesOf(bare)) - before) / ((BATCH * BATCHES) / 2);
  return [
    {
      what: `access records into the log, durable, ${engine.name}, batches of ${rounded(BATCH)}`,
      figure: rateText(median(warm.map(({ ours }) => ours)), mean(warm.map(({ cpu }) => cpu))),
      rival: 'bare batch insert of the same bytes',
      rivalFigure: `${rounded(median(warm.map(({ rival }) => rival)))}/s`,
      ratio: times(median(warm.map(({ ours, rival }) => ours / rival))),
      target: TARGETS[engine.name],
    },
    {
      what: `storage of a call, ${engine.name}: two leaves with hashes, a record, an opening, and their indexes`,
      figure: `${rounded(stored)} bytes`,
      ...{ rival: '', rivalFigure: '', ratio: '', target: '' },
    },
  ];
}

async function throughApi(engine: BenchEngine, closing: Closing): Promise<Row> {
  const site = await Site.start({
    organisation: benchOrganisation(1, 'http://127.0.0.1:9'),
    databaseUrl: await engine.database(closing),
    preload: [REPORT_CPU],
  });
  closing.add(() => site.close());
  const grant = await grantIn(site.store);
  const senders = await Promise.all(
    Array.from({ length: SENDERS }, (_, at) => Sender.enrol(site, `bench-${at}`, grant)),
  );
  const each = BATCHES / SENDERS;
  for (const sender of senders) sender.prepare(each);
  const round = (batches: number) => Promise.all(senders.map((sender) => sender.send(batches)));
  await round(WARM_UP / SENDERS);
  const count = (each - WARM_UP / SENDERS) * SENDERS * BATCH;
  const cpu = async () => (await cpuMicroseconds(site.broker.child)) + engine.cpuMicroseconds();
  const before = await cpu();
  const taken = await seconds(() => round(each));
  const used = (await cpu()) - before;
  await requireCalls(site.store, (BATCH * BATCHES) / 2);
  return {
    what: `the same through POST /gateway/v1/records, ${engine.name}, ${SENDERS} gateways at once`,
    figure: rateText(count / taken, used / count),
    ...{ rival: '', rivalFigure: '', ratio: '', target: '' },
  };
}

/** A gateway of which only the shipping of records is there. */
class Sender {
  private readonly bodies: string[] = [];

  private constructor(
    private readonly url: string,
    private readonly headers: Record<string, string>,
    private readonly chain: RecordChain,
  ) {}

  static async enrol(site: Site, name: string, grant: RecordedGrant): Promise<Sender> {
    const credential = decodeGatewayCredential(await site.store.credential(name, site.brokerUrl));
    const headers = {
      authorization: gatewayAuthorization(credential),
      'content-type': 'application/json',
    };
    const { privateKey, publicKey } = gatewayIdentity();
    const url = `${site.brokerUrl}/gateway/v1`;
    await post(`${url}/identity`, headers, JSON.stringify({ publicKey }));
    return new Sender(`${url}/records`, headers, new RecordChain(credential.gateway, privateKey, grant));
  }

  prepare(batches: number): void {
    for (let batch = 0; batch < batches; batch += 1)
      this.bodies.push(JSON.stringify(this.chain.batch(callsOf(this.chain))));
  }

  /** Sends so many of the prepared batches, or those that are left, one after the other. */
  async send(batches: number): Promise<void> {
    for (const body of this.bodies.splice(0, batches)) await post(this.url, this.headers, body);
  }
}

async function post(url: string, headers: Record<string, string>, body: string): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

/** Calls that were let through, each with its outcome. */
function callsOf(chain: RecordChain): RecordEntry[] {
  return Array.from({ length: BATCH / 2 }, () => {
    const call = chain.add('allowed');
    return [call, chain.add('outcome', { id: call.record.id })];
  }).flat();
}

/** A grant that is active for an hour. */
async function grantIn({ host }: PreparedStore): Promise<RecordedGrant> {
  const as = async ({ email }: { email: string }): Promise<Principal> => {
    const [person] = await host.store.readAsVendor(({ organisation }) => organisation.persons(email));
    if (person === undefined) throw new Error(`no one is called ${email}`);
    return { person, channel: 'api', assurance: 'api-key' };
  };
  const { tenant, service, scope, justification } = ASK;
  const asked = await requestAccess(host, await as(engineer(0)), {
    ...{ tenant, service, scope, justification, seconds: 3_600, ticket: null },
  });
  const { id, digest, requester } = asked.request;
  for (const who of [REVIEWER, APPROVER])
    await reviewRequest(host, await as(who), id, { decision: 'approve', digest, reason: null });
  const grant = await host.store.readForTenant(tenant, async (unit) => (await unit.requests.find(id))?.grant);
  if (grant == null) throw new Error('the request was approved, and yet there is no grant');
  return { grant, request: id, digest, person: requester };
}

/** A record that contradicts the store would be written as a mismatch, which costs less. */
async function requireCalls({ host }: PreparedStore, calls: number): Promise<void> {
  const { size } = await host.store.readForTenant('acme', ({ events }) => events.head());
  const leaves = await host.store.readForTenant('acme', ({ events }) => events.leaves(size - 100, size));
  const others = leaves.filter((leaf) => !/"type":"access\.(allowed|outcome)"/.test(leaf));
  if (size < 2 * calls || others.length > 0)
    throw new Error(`the log has ${size} leaves, the last of them not calls: ${others[0]}`);
}

const rateText = (rate: number, cpu: number): string => `${rounded(rate)}/s, ${rounded(cpu)} µs of CPU each`;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const ownCpu = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** How large the database is, without pages that are free. */
async function bytesOf({ engine, all }: BareConnection): Promise<number> {
  const [row] =
    engine === 'sqlite'
      ? await all(
          'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
        )
      : await all('SELECT pg_database_size(current_database()) AS bytes');
  return Number(row?.['bytes']);
}
