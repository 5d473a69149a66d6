/** @soak */

import { type EventDraft, exportLogAsSide } from '@countersign/access';
import { leafHash } from '@countersign/audit-log';
import { systemHashing } from '@countersign/persistence';
import { filler } from '../factories/filler.js';
import { describeOn } from './support/describe-store.js';
import { NOW } from './support/rows.js';

describeOn('SQLite', 'a log as it is exported', (bench) => {
  const append = (draft: EventDraft) => bench.store.forTenant('acme', (unit) => unit.log.append(draft));
  const hour = (at: number) => `2026-01-01T0${at}:00:00Z`;
  const read = (side: string | null, log: string, query: object = {}) =>
    exportLogAsSide(bench, side, log, { index: 0, limit: 100, ...query });
  const indicesOf = async (query: object) => {
    const { leaves, next, size } = await read('acme', 'acme', query);
    return { indices: leaves.map(({ index }) => index), next, size };
  };

  test('pages have each leaf once and in order, with the hash of its text', async () => {
    for (let at = 0; at < 5; at += 1) await append(filler(hour(at)));
    expect(await indicesOf({ limit: 2 })).toEqual({ indices: [0, 1], next: 2, size: 5 });
    expect(await indicesOf({ limit: 2, index: 4 })).toEqual({ indices: [4], next: null, size: 5 });
    expect(await indicesOf({ index: 5 })).toEqual({ indices: [], next: null, size: 5 });
    expect(await indicesOf({ index: 99 })).toEqual({ indices: [], next: null, size: 5 });
    for (const { leaf, hash } of (await read('acme', 'acme')).leaves)
      expect(hash).toBe(`sha256:${Buffer.from(leafHash(systemHashing, Buffer.from(leaf))).toString('hex')}`);
  });

  test('a log that has no leaf yet is an empty page', async () => {
    expect(await indicesOf({})).toEqual({ indices: [], next: null, size: 0 });
  });

  test('a span of times skips what lies before it, and takes late leaves between newer ones', async () => {
    for (const at of [1, 2, 5, 3, 6, 4, 9]) await append(filler(hour(at)));
    const span = { from: hour(3), to: hour(6) };
    expect(await indicesOf({ span })).toEqual({ indices: [2, 3, 5], next: null, size: 7 });
    expect(await indicesOf({ span, limit: 2 })).toEqual({ indices: [2, 3], next: 4, size: 7 });
    expect(await indicesOf({ span, limit: 2, index: 4 })).toEqual({ indices: [5], next: null, size: 7 });
    expect(await indicesOf({ span, index: 6 })).toEqual({ indices: [], next: null, size: 7 });
    expect(await indicesOf({ span: { from: hour(7) } })).toEqual({ indices: [6], next: null, size: 7 });
  });

  test('a value is named as erased, or as missing if no leaf says that it was erased; others are open', async () => {
    await append({
      ...{ type: 'demand.received', at: NOW, actor: 'job' },
      data: { demand: 'dem_1', step: 0, state: 'received' },
      personal: { authority: 'Ada', reason: 'ada@acme.example', scope: 'enough' },
    });
    const [leaf] = (await read('acme', 'acme')).leaves;
    const { commitments } = JSON.parse(leaf?.leaf ?? '');
    const erasure = { leaf: 0, name: 'reason', event: 1, at: NOW, person: 'usr_1' };
    await bench.store.forTenant('acme', ({ erasures }) =>
      erasures.erase([{ ...erasure, commitment: commitments.reason }], { objects: [] }),
    );
    await bench.database.raw("DELETE FROM openings WHERE name = 'scope'");
    const { leaves } = await read('acme', 'acme');
    expect(leaves[0]?.personal).toEqual({
      reason: 'erased',
      scope: 'missing',
      authority: { value: 'Ada', salt: expect.any(String) },
    });
  });

  test('P9: what is kept for another side is withheld', async () => {
    await bench.store.asVendor(async ({ log }) => {
      const draft = { type: 'trust.reset', at: NOW, actor: 'host', data: { reset: 'rst_1' } } as const;
      await log.append({ ...draft, personal: { reason: 'the vendor’s' } });
      await log.append({ ...draft, personal: { reason: 'acme’s' }, openTo: ['acme', 'vendor'] });
      await log.append({ ...draft, personal: { reason: 'everybody’s' }, openTo: ['deployment'] });
    });
    const reasons = async (side: string | null) =>
      (await read(side, 'deployment')).leaves.map(({ personal: { reason } }) =>
        typeof reason === 'object' ? reason.value : reason,
      );
    expect(await reasons(null)).toEqual(['the vendor’s', 'acme’s', 'everybody’s']);
    expect(await reasons('acme')).toEqual(['withheld', 'acme’s', 'everybody’s']);
    expect(await reasons('globex')).toEqual(['withheld', 'withheld', 'everybody’s']);
  });

  test('what a sealed leaf commits to is not exported', async () => {
    await append({
      ...{ type: 'log.sealed', at: NOW, actor: 'job', data: { day: '2026-11-23' } },
      personal: { seal: 'a duty of silence' },
    });
    const { leaves } = await read('acme', 'acme');
    expect(leaves[0]?.personal).toEqual({ seal: 'sealed' });
  });
});
