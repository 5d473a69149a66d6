import { Receivers } from './receivers.js';

test.each(['hec', 'jsonl'] as const)(
  'nothing is sent to a %s receiver whose secret is gone',
  async (kind) => {
    const receivers = new Receivers(
      { listed: [], thisMachine: 'any' },
      () => new Date('2026-11-24T10:00:00Z'),
    );
    // Nothing listens there: an attempt would be `unreachable`.
    const receiver = { id: 'xpt_1', kind, address: 'http://127.0.0.1:1/', ca: null, secret: null };
    const sent = receivers.send(receiver, { first: 0, last: 0, lines: ['{}'] }, new AbortController().signal);
    await expect(sent).rejects.toMatchObject({ code: 'secret_missing' });
  },
);
