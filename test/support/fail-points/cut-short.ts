import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { engineer } from '../../factories/engineers.js';
import { eventually } from '../eventually.js';
import { type Answered, callApi } from '../http.js';
import { readLogsAt } from '../log-reader.js';
import { type Engine, FailBroker, type Plan } from './fail-broker.js';
import { type Fingerprint, feedGap, fingerprint } from './fingerprint.js';
import { CALLS, type Call, DUTIES, Stage } from './scenarios.js';

/** More steps than any change has. */
const ENGINEERS = 60;

export type CutShortReport = {
  /** Every step of the change, in order. */
  steps: string[];
  /** The steps at which the broker was killed. */
  killedAt: string[];
  /** One sentence for each thing that a kill broke. */
  problems: string[];
};
/** The steps at which the broker dies, counted from 1. */
export type Pick = (steps: readonly string[]) => number[];
export const everyStep: Pick = (steps) => steps.map((_, index) => index + 1);

const BUSY_TRIES = 5;

/** On an overloaded machine the store may time out. The broker then rolls back and answers so, and the call is repeated. */
async function retryIfBusy<A extends Answered | undefined>(call: () => Promise<A>): Promise<A> {
  let answer = await call();
  for (let tries = 1; tries < BUSY_TRIES && (answer?.status ?? 0) >= 500; tries += 1) answer = await call();
  return answer;
}

/** The steps after this one belong to other work. */
const upTo = (last: string, steps: readonly string[]): string[] => steps.slice(0, steps.indexOf(last) + 1);

type PreparedCall = { stage: Stage; key: string; look(): Promise<Fingerprint> };

async function prepareCall(broker: FailBroker, index: number): Promise<PreparedCall> {
  const stage = new Stage(broker.host, engineer(index));
  const { person } = await stage.as(stage.engineer.email);
  const key = randomUUID();
  return { stage, key, look: () => fingerprint(broker.store.url, person.id, key) };
}

export async function inFailBroker(
  engine: Engine,
  work: (broker: FailBroker) => Promise<CutShortReport>,
): Promise<CutShortReport> {
  const broker = await FailBroker.make(engine, { engineers: ENGINEERS });
  try {
    const report = await work(broker);
    await readLogsAt(broker.store.url);
    return { ...report, problems: [...report.problems, ...(await feedGap(broker.store.url))] };
  } finally {
    await broker.close();
  }
}

/** One interrupted call: how to prepare it, and how to inspect what it leaves in the store. */
export type Cut = {
  send(): Promise<Answered>;
  look(): Promise<unknown>;
};

/**
 * Runs a change that a call makes, once completely, then for each picked step with a broker that dies there, is
 * restarted and is called again.
 *
 * @param again the allowed answers to the repeated call, if the broker died before or after its commit
 */
export async function cutEach(
  broker: FailBroker,
  change: { name: string; unit: Plan['unit']; again(status: number, wasDone: boolean): number },
  prepare: (index: number) => Promise<Cut>,
  pick: Pick,
): Promise<CutShortReport> {
  const { name, unit } = change;
  await broker.start();
  const whole = await prepare(0);
  const before = await whole.look();
  await broker.arm({ unit, at: 0 });
  const { status } = await broker.explaining(() => whole.send());
  await eventually('the answer is counted', () => broker.steps.includes('answer'));
  const steps = upTo('answer', broker.steps);
  const after = await whole.look();
  const problems = status < 300 ? [] : [`${name} was answered ${status}`];
  const picked = pick(steps);
  for (const at of picked) {
    const cut = await prepare(at);
    const armed = async () => {
      await broker.arm({ unit, at });
      return cut.send().catch(() => undefined);
    };
    const lost = await retryIfBusy(armed);
    if (lost === undefined) await broker.killed();
    else await broker.stop();
    const tell = (what: string) => problems.push(`${name}, killed at ${at} (${steps[at - 1]}): ${what}`);
    if (lost !== undefined) tell(`was answered ${JSON.stringify(lost)} all the same`);
    const left = await cut.look();
    const wasDone = isDeepStrictEqual(left, after);
    if (!isDeepStrictEqual(left, before) && !wasDone) tell(`left a part: ${JSON.stringify(left)}`);
    await broker.start();
    const repeated = await broker.explaining(() => retryIfBusy(() => cut.send()));
    if (repeated.status !== change.again(status, wasDone))
      tell(`repeated it was answered ${JSON.stringify(repeated)}`);
    const end = await cut.look();
    if (!isDeepStrictEqual(end, after)) tell(`repeated it left ${JSON.stringify(end)}`);
  }
  return { steps, killedAt: picked.map((at) => steps[at - 1] ?? ''), problems };
}

/** The same for a call that is repeated with its `Idempotency-Key`: it gets the same answer as the first time. */
export function cutCallShort(engine: Engine, change: string, pick: Pick): Promise<CutShortReport> {
  return inFailBroker(engine, (broker) => {
    const prepare = async (index: number): Promise<Cut> => {
      const { stage, key, look } = await prepareCall(broker, index);
      const { who, path, body } = await prepared(stage, change);
      const headers = { 'idempotency-key': key };
      const url = `${broker.brokerUrl}/api/v1${path}`;
      return { look, send: async () => callApi(await broker.key(who), 'POST', url, body, headers) };
    };
    const same = {
      name: `${change} on ${engine}`,
      unit: 'tenant' as const,
      again: (status: number) => status,
    };
    return cutEach(broker, same, prepare, pick);
  });
}

function prepared(stage: Stage, change: string): Promise<Call> {
  const prepare = CALLS[change];
  if (prepare === undefined) throw new Error(`there is no change called ${change}`);
  return prepare(stage);
}

/** The same for a change that the clock triggers: the next broker finishes what the dead one began. */
export function cutDutyShort(engine: Engine, duty: string, pick: Pick): Promise<CutShortReport> {
  return inFailBroker(engine, async (broker) => {
    const prepare = DUTIES[duty];
    if (prepare === undefined) throw new Error(`there is no duty called ${duty}`);
    const whole = await prepareCall(broker, 0);
    await prepare(whole.stage);
    const before = await whole.look();
    broker.begin({ unit: 'tenant', at: 0 });
    await eventually('the duty is done', () => broker.steps.includes('committed'), 60_000);
    const steps = upTo('committed', broker.steps);
    const after = await whole.look();
    await broker.stop();
    const problems = isDeepStrictEqual(before, after) ? [`${duty} changed nothing`] : [];
    const picked = pick(steps);
    for (const at of picked) {
      const cut = await prepareCall(broker, at);
      await prepare(cut.stage);
      broker.begin({ unit: 'tenant', at });
      await broker.killed();
      const tell = (what: string) =>
        problems.push(`${duty} on ${engine}, killed at ${at} (${steps[at - 1]}): ${what}`);
      const left = await cut.look();
      if (!isDeepStrictEqual(left, before) && !isDeepStrictEqual(left, after))
        tell(`left a part: ${JSON.stringify(left)}`);
      await broker.start();
      const done = await eventually(
        'the duty is done',
        async () => isDeepStrictEqual(await cut.look(), after),
        20_000,
        100,
      ).catch(() => false);
      await broker.stop();
      if (!done) tell(`the next broker left ${JSON.stringify(await cut.look())}`);
      else if (!isDeepStrictEqual(await cut.look(), after)) tell('it was done twice');
    }
    return { steps, killedAt: picked.map((at) => steps[at - 1] ?? ''), problems };
  });
}
