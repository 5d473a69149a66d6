/** @soak */

import type { SignedStop } from '@countersign/gateway-protocol';
import fc from 'fast-check';
import { processorTime } from '../../../../test/support/processor-time.js';
import { runs } from '../../../../test/support/samples.js';
import { ActiveStops } from './customer-stops.js';

const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
const stopOf = (tenant: string, digest: string | undefined) =>
  ({ statement: { tenant, ...(digest === undefined ? {} : { digest }) } }) as SignedStop;

describe('active stops', () => {
  test('P13: match a plain list of stops, in whatever order they are added and removed', () => {
    const tenant = fc.constantFrom('acme', 'globex');
    const digest = fc.constantFrom(digestOf('a'), digestOf('b'));
    const hash = fc.constantFrom('1', '2', '3', '4');
    const step = fc.record({
      tenant,
      hash,
      digest: fc.option(digest, { nil: undefined }),
      add: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const stops = new ActiveStops();
        const list = new Map<string, { tenant: string; digest: string | undefined }>();
        for (const { tenant, hash, digest, add } of steps) {
          const key = `${tenant} ${hash}`;
          if (!add) {
            stops.delete(tenant, hash);
            list.delete(key);
          } else {
            stops.add(hash, stopOf(tenant, digest));
            // A statement's hash is unique to it: the same hash always means the same statement.
            if (!list.has(key)) list.set(key, { tenant, digest });
          }
        }
        expect([...stops.all()]).toHaveLength(list.size);
        for (const tenant of ['acme', 'globex'])
          for (const digest of [digestOf('a'), digestOf('b')]) {
            const own = [...list.values()]
              .filter((each) => each.tenant === tenant)
              .map((each) => each.digest);
            const said = own.includes(undefined) ? /all access/ : own.includes(digest) ? /this grant/ : /^$/;
            expect(stops.find({ tenant, digest }) ?? '').toMatch(said);
          }
      }),
      { numRuns: runs(500) },
    );
  });

  test('are asked as quickly among a hundred thousand as among ten', () => {
    const time = (count: number) => {
      const stops = new ActiveStops();
      for (let index = 0; index < count; index += 1)
        stops.add(`${index}`, stopOf(index % 2 === 0 ? 'acme' : `tenant-${index}`, `sha256:${index}`));
      return processorTime(() => {
        for (let round = 0; round < 2_000; round += 1) stops.find({ tenant: 'acme', digest: digestOf('a') });
      });
    };
    // A scan of fifty thousand stops takes 2,000 times 0.2 ms.
    expect(time(100_000)).toBeLessThan(50 + 20 * time(10));
  });
});
