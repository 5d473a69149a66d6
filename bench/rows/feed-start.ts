import { Writable } from 'node:stream';
import type { Deps } from '@countersign/access';
import { readBrokerEnvironment } from '@countersign/config';
import { FeedReader } from '../../apps/broker/src/gateway-api/feed/feed-reader.js';
import { startBroker } from '../../apps/broker/src/start-broker.js';
import { freePort } from '../../test/support/free-port.js';
import type { PreparedStore } from '../../test/support/prepared-store.js';
import { seconds } from '../support/rate.js';
import { median, type Row, rounded, times } from '../support/table.js';

const ROUNDS = 5;

/** What a gateway's first picture and a broker's start cost with many active grants, against few. */
export async function feedRows(
  engine: string,
  many: PreparedStore,
  few: PreparedStore,
  activeGrants: { many: number; few: number },
): Promise<Row[]> {
  return [
    await row(`the feed’s first picture, ${engine}`, activeGrants, many, few, ({ host }) => picture(host)),
    await row(`a broker’s start, ${engine}`, activeGrants, many, few, start),
  ];
}

async function row(
  what: string,
  activeGrants: { many: number; few: number },
  many: PreparedStore,
  few: PreparedStore,
  work: (store: PreparedStore) => Promise<unknown>,
): Promise<Row> {
  const rounds: { many: number; few: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ many: await seconds(() => work(many)), few: await seconds(() => work(few)) });
  const [a, b] = [median(rounds.map((each) => each.many)), median(rounds.map((each) => each.few))];
  return {
    what: `${what}, ${rounded(activeGrants.many)} active grants`,
    figure: `${rounded(a * 1000)} ms`,
    rival: `the same with ${rounded(activeGrants.few)}`,
    rivalFigure: `${rounded(b * 1000)} ms`,
    ratio: times(a / b),
    target: '',
  };
}

const picture = ({ store, clock }: Deps): Promise<unknown> =>
  store.feed.read((unit) => new FeedReader(() => clock.now()).picture(unit));

async function start(store: PreparedStore): Promise<void> {
  const environment = readBrokerEnvironment({
    COUNTERSIGN_DATABASE_URL: store.url,
    COUNTERSIGN_MASTER_KEY: store.masterKey,
    COUNTERSIGN_PORT: String(await freePort()),
  });
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const broker = await startBroker(environment, { logTo: nowhere });
  await broker.close();
}
