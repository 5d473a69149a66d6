import { pino } from 'pino';
import { sampleClaims } from '../../../../test/factories/grant-token.js';
import type { RecordWaiter } from '../records/spool/spool.js';
import { CallInProgress, type CallInProgressParts } from './call-in-progress.js';

test('P5: an error after the record is durable gives it the outcome unknown, and the call is answered', () => {
  const outcomes: unknown[] = [];
  const answers: number[] = [];
  const removed: unknown[] = [];
  const parts = {
    recorder: {
      writeAllowed: (_record: unknown, waiter: RecordWaiter) => waiter.onDurable(),
      recordOutcome: (record: string, _claims: unknown, outcome: object) =>
        outcomes.push({ record, ...outcome }),
    },
    metrics: {
      recorded: () => {
        throw new Error('a fault of ours');
      },
      forwarded: () => undefined,
    },
    calls: { remove: (call: unknown) => removed.push(call) },
    clock: { now: () => 0, monotonic: () => 0 },
    log: pino({ level: 'silent' }),
  };
  const call = { beganAt: 0 };
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
  expect(outcomes).toEqual([expect.objectContaining({ record: 'rec_1', outcome: 'unknown', bytes: 0 })]);
  expect(answers).toEqual([503]);
  expect(removed).toEqual([call]);
});
