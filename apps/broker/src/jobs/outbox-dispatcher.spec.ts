import type { Notice } from '@countersign/access';
import type { BrokerDeps } from '../injection.js';
import { dispatchOutbox, type NoticeChannel, pauseSeconds } from './outbox-dispatcher.js';

const NOW = new Date('2026-11-24T15:00:00.000Z');
const notice = (id: string, attempts = 0): Notice => ({
  id,
  tenant: 'acme',
  kind: 'request.approved',
  subject: 'req_1',
  audience: [],
  at: NOW.toISOString(),
  attempts,
});

/** A store whose outbox is a list; the rest of it is never asked for. */
function outbox(waiting: Notice[]) {
  const marks: string[] = [];
  const mark = async (id: string, words: string) => {
    waiting.splice(
      waiting.findIndex((each) => each.id === id),
      1,
    );
    marks.push(words);
  };
  const store = {
    readAsVendor: (work: (unit: unknown) => unknown) =>
      work({ outbox: { due: async (_now: string, limit: number) => waiting.slice(0, limit) } }),
    asVendor: (work: (unit: unknown) => unknown) =>
      work({
        outbox: {
          claim: async (_now: string, _until: string, limit: number) => waiting.slice(0, limit),
          delivered: (id: string) => mark(id, `delivered ${id}`),
          failed: (id: string, nextAt: string) => mark(id, `failed ${id} ${nextAt}`),
        },
      }),
  };
  return { deps: { store, clock: { now: () => NOW } } as unknown as BrokerDeps, marks };
}

describe('the outbox', () => {
  test('P7: a notice that one channel refuses is tried again later, the others are marked as sent', async () => {
    const { deps, marks } = outbox([notice('a'), notice('b', 3)]);
    const told: string[] = [];
    const channel: NoticeChannel = {
      name: 'test',
      deliver: async ({ id }) => {
        if (id === 'b') throw new Error('down');
        told.push(id);
      },
    };
    const failures: string[] = [];
    expect(await dispatchOutbox(deps, [channel], ({ id }) => failures.push(id))).toBe(2);
    expect(told).toEqual(['a']);
    expect(failures).toEqual(['b']);
    expect(marks).toEqual(['delivered a', 'failed b 2026-11-24T15:00:08.000Z']);
  });

  test('goes on while batches are full', async () => {
    const { deps, marks } = outbox(Array.from({ length: 250 }, (_, index) => notice(String(index))));
    expect(await dispatchOutbox(deps, [], () => {})).toBe(250);
    expect(marks).toHaveLength(250);
  });

  test('pauses double up to five minutes', () => {
    expect([0, 1, 2, 8, 9, 1000].map(pauseSeconds)).toEqual([1, 2, 4, 256, 300, 300]);
  });
});
