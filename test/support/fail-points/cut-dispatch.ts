import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { engineer } from '../../factories/engineers.js';
import { eventually } from '../eventually.js';
import { rowsAt } from '../rows-at.js';
import { removeFolder, tempFolder } from '../temp-folder.js';
import { WebhookReceiver } from '../webhook-receiver.js';
import type { CutShortReport, Pick } from './cut-short.js';
import { type Engine, FailBroker } from './fail-broker.js';
import { Stage } from './scenarios.js';

const ENGINEERS = 60;
/** If a broker dies while it holds a delivery, other brokers must wait a minute for it. */
const CLAIM_IS_OVER = 61;
/** The units of a delivery: store its target, claim it, store its result. */
const UNITS = 3;

/**
 * Sends a notice from the outbox to a webhook, once completely, then for each picked step with a broker that dies there.
 * The next broker delivers it, at least once and under one id.
 */
export async function cutDispatchShort(engine: Engine, pick: Pick): Promise<CutShortReport> {
  const folder = await tempFolder('dispatch');
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, `whsec_${randomBytes(32).toString('base64')}`);
  const receiver = await WebhookReceiver.start();
  const broker = await FailBroker.make(engine, {
    engineers: ENGINEERS,
    webhook: { url: receiver.url, secretFile },
    brokerEnv: { COUNTERSIGN_OUTBOUND_PRIVATE: receiver.host },
  });
  const ask = async (index: number) => (await new Stage(broker.host, engineer(index)).ask()).request.id;
  try {
    await ask(0);
    broker.begin({ unit: 'vendor', at: 0 });
    const ends = () => broker.steps.flatMap((step, index) => (step === 'committed' ? [index + 1] : []));
    await eventually('the notice has gone out', () => ends().length >= UNITS, 60_000);
    const steps = broker.steps.slice(0, ends()[UNITS - 1]);
    await broker.stop();
    const problems: string[] = [];
    const picked = pick(steps);
    for (const at of picked) {
      const tell = (what: string) =>
        problems.push(`dispatch on ${engine}, killed at ${at} (${steps[at - 1]}): ${what}`);
      const request = await ask(at);
      broker.begin({ unit: 'vendor', at });
      await broker.killed();
      const left = await placeOf(broker.store.url, request);
      if (left.fannedOut !== (left.deliveries === 1)) tell(`left a partial result: ${JSON.stringify(left)}`);
      await broker.start(CLAIM_IS_OVER);
      const delivered = async () => (await placeOf(broker.store.url, request)).delivered === 1;
      if (!(await eventually('it is delivered', delivered, 20_000, 100).catch(() => false)))
        tell(`was never delivered: ${JSON.stringify(await placeOf(broker.store.url, request))}`);
      const ids = new Set(receiver.messages.filter(({ subject }) => subject === request).map(({ id }) => id));
      if (ids.size !== 1) tell(`came under ${ids.size} ids`);
      await broker.stop();
    }
    return { steps, killedAt: picked.map((at) => steps[at - 1] ?? ''), problems };
  } finally {
    await broker.close();
    await receiver.stop();
    await removeFolder(folder);
  }
}

async function placeOf(url: string, request: string) {
  const rows = await rowsAt<{ state: string; delivery: string | null }>(
    url,
    `SELECT n.state, d.state AS delivery FROM notices n LEFT JOIN deliveries d ON d.notice = n.id
     WHERE n.subject = '${request}'`,
  );
  const deliveries = rows.filter(({ delivery }) => delivery !== null);
  return {
    fannedOut: rows.every(({ state }) => state !== 'due'),
    deliveries: deliveries.length,
    delivered: deliveries.filter(({ delivery }) => delivery === 'delivered').length,
  };
}
