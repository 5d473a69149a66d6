import { type Dispatcher, request } from 'undici';
import type { RunningGateway } from '../../apps/gateway/src/main.js';
import { eventually } from '../../test/support/eventually.js';
import { Fleet } from '../../test/support/fleet.js';
import type { FleetAnswer, FleetOrder } from '../../test/support/fleet-process.js';

/** Some whole gateways in a process of their own, with clients that hold answers open and call at a steady rate. */
const STREAM = '/billing/tenants/acme/invoices/stream';
const CALL = '/billing/tenants/acme/invoices/7';
const TICK_MS = 10;
/** Calls under way at most: a machine that is behind sheds load and does not pile it up. */
const MOST_OPEN = 100;

let fleet: Fleet | undefined;
let cuts: Promise<number>[] = [];
let load: NodeJS.Timeout | undefined;
const counts = { begun: 0, open: 0, answers: {} as Record<string, number> };

const gateways = () => fleet?.gateways ?? [];
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
/** Milliseconds since the epoch, finer than Date.now. */
const now = () => performance.timeOrigin + performance.now();

async function carryOut(order: FleetOrder): Promise<FleetAnswer> {
  switch (order.do) {
    case 'start':
      fleet = await Fleet.start(order.credentials);
      return {};
    case 'untilInTouch':
      await fleet?.untilInTouch();
      return {};
    case 'open':
      cuts = (await Promise.all(gateways().map((gateway) => holdOpen(gateway, order.token)))).map(
        ({ over }) => over,
      );
      return {};
    case 'cuts':
      return { at: await Promise.all(cuts) };
    case 'probe': {
      const codes = await Promise.all(gateways().map(({ url }) => codeOf(url, order.token)));
      return { codes };
    }
    case 'load':
      startLoad(order.token, order.perSecond);
      return {};
    case 'rest':
      clearInterval(load);
      return { answers: forgotten() };
  }
}

/**
 * Opens an answer that does not end, waits for its first byte, and tells when it was cut. A machine that gives this
 * process no time puts gateways out of touch, or behind, for a moment: then it is tried again.
 */
async function holdOpen(gateway: RunningGateway, token: string): Promise<{ over: Promise<number> }> {
  const answer = () => (gateway.isInTouch() ? answerOf(gateway.url, token) : undefined);
  const body = await eventually('an answer is open', answer, 60_000, 500);
  const over = new Promise<number>((resolve) => {
    body.on('error', () => resolve(now()));
    body.on('end', () => resolve(Number.POSITIVE_INFINITY));
  });
  await new Promise<void>((resolve) => body.once('data', () => resolve()));
  return { over };
}

/** The body of an allowed call; undefined if it was refused. */
async function answerOf(url: string, token: string): Promise<Dispatcher.ResponseData['body'] | undefined> {
  const { statusCode, body } = await request(url + STREAM, { headers: bearer(token), bodyTimeout: 0 });
  if (statusCode === 200) return body;
  await body.dump();
  return undefined;
}

async function codeOf(url: string, token: string): Promise<string> {
  const { statusCode, body } = await request(url + CALL, { headers: bearer(token) });
  const text = await body.text();
  return statusCode === 200 ? '200' : `${statusCode} ${(JSON.parse(text) as { code?: string }).code}`;
}

function forgotten(): Record<string, number> {
  const { answers } = counts;
  counts.answers = {};
  return answers;
}

function startLoad(token: string, perSecond: number): void {
  clearInterval(load);
  const began = performance.now();
  const before = counts.begun;
  load = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1_000) * perSecond) + before;
    while (counts.begun < due) {
      counts.begun += 1;
      if (counts.open >= MOST_OPEN) continue;
      counts.open += 1;
      const { url } = gateways()[counts.begun % gateways().length] as { url: string };
      void codeOf(url, token)
        .catch(() => 'broken')
        .then((code) => {
          counts.open -= 1;
          counts.answers[code] = (counts.answers[code] ?? 0) + 1;
        });
    }
  }, TICK_MS);
}

process.on('message', ({ id, order }: { id: number; order: FleetOrder }) => {
  carryOut(order).then(
    (answer) => process.send?.({ id, answer }),
    (error: unknown) => process.send?.({ id, failure: error instanceof Error ? error.stack : String(error) }),
  );
});
process.on('SIGTERM', () => {
  clearInterval(load);
  void (fleet?.stop() ?? Promise.resolve()).finally(() => process.exit(0));
});
