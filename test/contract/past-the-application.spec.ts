/** @soak */

import { GRANT_TRANSITIONS, type Grant, REQUEST_TRANSITIONS } from '@countersign/access';
import type { RequestState } from '@countersign/contract';
import { rowsOfEachKind } from '../support/samples.js';
import { describeStore } from './support/describe-store.js';
import { aGrant, aRequest, aReview } from './support/rows.js';

describeStore('SQL written past the application is refused', (bench) => {
  const stored = async (state: RequestState = 'approved', grantState: Grant['state'] = 'active') => {
    const request = aRequest({ state });
    const [review, grant] = [aReview(request), aGrant(request, { state: grantState })];
    await bench.store.forTenant('acme', async (unit) => {
      await unit.requests.insert(request);
      await unit.reviews.insert(review);
      await unit.grants.insert(grant);
    });
    return { request, review, grant };
  };
  const stateOf = async (table: string, id: string): Promise<unknown> => {
    const [row] = await bench.database.raw(`SELECT state FROM ${table} WHERE id = '${id}'`);
    return (row as { state: unknown }).state;
  };
  /** Writes a row again with some of its columns changed. */
  const copy = async (table: string, id: string, change: Record<string, string>): Promise<void> => {
    const [row] = await bench.database.raw(`SELECT * FROM ${table} WHERE id = '${id}'`);
    const columns = Object.entries({ ...(row as object), ...change });
    const values = columns.map(([, value]) => (value === null ? 'NULL' : `'${value}'`));
    await bench.database.raw(
      `INSERT INTO ${table} (${columns.map(([name]) => name).join(', ')}) VALUES (${values.join(', ')})`,
    );
  };

  test.each([
    { table: 'requests', kind: 'request', transitions: REQUEST_TRANSITIONS },
    { table: 'grants', kind: 'grant', transitions: GRANT_TRANSITIONS },
  ])(
    'P8, P13: a $kind goes only where the table of transitions leads',
    async ({ table, kind, transitions }) => {
      const steps = Object.entries<readonly string[]>(transitions).flatMap(([from, followers]) =>
        Object.keys(transitions).map((to) => ({ from, to, isLegal: from === to || followers.includes(to) })),
      );
      // `npm test` tries some of each; that the database holds the whole table is in schema.spec.ts.
      for (const { from, to, isLegal } of rowsOfEachKind(steps, (row) => `${row.isLegal}`, 3)) {
        const row =
          kind === 'request'
            ? (await stored(from as RequestState)).request
            : (await stored('approved', from as Grant['state'])).grant;
        const moved = bench.database.raw(`UPDATE ${table} SET state = '${to}' WHERE id = '${row.id}'`);
        if (isLegal) await moved;
        else await expect(moved).rejects.toThrow(`no such transition of a ${kind}`);
        expect(await stateOf(table, row.id)).toBe(isLegal ? to : from);
      }
    },
  );

  test('P1: a person has one review of one digest', async () => {
    const { review } = await stored();
    const again = copy('reviews', review.id, { id: `${review.id}-2`, decision: 'deny' });
    await expect(again).rejects.toThrow(/unique/i);
    expect(await bench.database.raw('SELECT id FROM reviews')).toEqual([{ id: review.id }]);
  });

  test('P1: a digest has one grant, and so has a request', async () => {
    const first = await stored();
    const second = await stored('denied');
    await bench.database.raw("UPDATE grants SET state = 'ended'");
    const grants = await bench.database.raw('SELECT id FROM grants');
    for (const change of [{ digest: `sha256:${'f'.repeat(64)}` }, { request_id: second.request.id }])
      await expect(
        copy('grants', first.grant.id, { id: `${first.grant.id}-2`, state: 'active', ...change }),
      ).rejects.toThrow(/unique/i);
    expect(await bench.database.raw('SELECT id FROM grants')).toEqual(grants);
  });

  test('P7: a review and what voided it are neither changed nor taken away', async () => {
    const { review } = await stored();
    await bench.database.raw(
      `INSERT INTO voided_reviews (review, tenant, at) VALUES ('${review.id}', 'acme', '2026-11-24T15:00:00Z')`,
    );
    const written = async () => [
      await bench.database.raw('SELECT * FROM reviews'),
      await bench.database.raw('SELECT * FROM voided_reviews'),
    ];
    const before = await written();
    for (const sql of [
      "UPDATE reviews SET decision = 'deny'",
      'DELETE FROM reviews',
      "UPDATE voided_reviews SET at = '2000-01-01T00:00:00Z'",
      'DELETE FROM voided_reviews',
    ])
      await expect(bench.database.raw(sql)).rejects.toThrow('is append-only');
    expect(await written()).toEqual(before);
  });
});
