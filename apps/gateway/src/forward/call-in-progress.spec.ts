import { pino } from 'pino';
import { sampleClaims } from '../../../../test/factories/grant-token.js';
import { OpenCall } from '../budget/open-calls.js';
import type { RecordWaiter } from '../records/spool/spool.js';
import { CallInProgress, type CallInProgressParts } from './call-in-progress.js';

type Parts = Partial<Record<keyof CallInProgressParts, unknown>>;

/** Starts a call whose record becomes durable at once. @returns its outcomes, its answers, and the calls that were removed */
function start(overrides: Parts) {
  const outcomes: unknown[] = [];
  const answers: number[] = [];
  const removed: unknown[] = [];
  const parts = {
    recorder: {
      writeAllowed: (_record: unknown, waiter: RecordWaiter) => waiter.onDurable(),
      recordOutcome: (record: string, _claims: unknown, outcome: object) =>
        outcomes.push({ record, ...outcome }),
    },
    metrics: { recorded: () => undefined, forwarded: () => undefined },
    calls: { remove: (call: unknown) => removed.push(call) },
    clock: { now: () => 0, monotonic: () => 0 },
    log: pino({ level: 'silent' }),
    ...overrides,
  };
  const call = new OpenCall('sha256:0', 'grt_1', 'billing', 1, 'acme', 'usr_1', 0, 'kid');
  const allowed = {
    exchange: {
      canonical: { service: 'billing', method: 'GET', path: '/', query: '', headers: { fields: [] } },
      response: {
        hasEnded: true,
        closeAfter: () => undefined,
        send: (status: number) => answers.push(status),
      },
    },
    claims: sampleClaims(),
    decision: { match: { route: 'GET /' }, map: { definition: {} }, headers: new Set() },
    call,
    record: 'rec_1',
    destination: { context: { mode: 'none' } },
  };
  new CallInProgress(
    parts as unknown as CallInProgressParts,
    allowed as unknown as ConstructorParameters<typeof CallInProgress>[1],
  ).start(() => undefined);
  return { outcomes, answers, isRemoved: removed.includes(call) };
}

const fault = () => {
  throw new Error('a fault of ours');
};

test('P5: an error after the record is durable gives it the outcome unknown, and the call is answered', () => {
  expect(start({ metrics: { recorded: fault, forwarded: () => undefined } })).toEqual({
    outcomes: [expect.objectContaining({ record: 'rec_1', outcome: 'unknown', bytes: 0 })],
    answers: [503],
    isRemoved: true,
  });
});

test('an error after the outcome gives the record no second one', () => {
  expect(start({ authorizer: { isInTouch: () => false }, refusals: { cut: fault } })).toEqual({
    outcomes: [expect.objectContaining({ record: 'rec_1', outcome: 'cut' })],
    answers: [503],
    isRemoved: true,
  });
});
