import fc from 'fast-check';
import { IdleConnections, type IdlePlace } from './idle-connections.js';
import type { UpstreamConnection } from './upstream-connection.js';

type Step = { what: 'add' | 'take' | 'remove' | 'remove oldest'; owner: string | undefined; which: number };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    what: fc.constantFrom('add', 'add', 'take', 'remove', 'remove oldest'),
    owner: fc.constantFrom('a', 'b', 'c', undefined),
    which: fc.nat(20),
  }),
  { maxLength: 60 },
);

const connection = () => ({ idlePlace: undefined as IdlePlace | undefined }) as UpstreamConnection;

test('P9: it does what a list with owners does: an owner takes only its own, the newest first', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const idle = new IdleConnections();
      /** The oldest first. */
      let list: { upstreamConnection: UpstreamConnection; owner: string | undefined }[] = [];
      const without = (gone: UpstreamConnection | undefined) =>
        list.filter(({ upstreamConnection }) => upstreamConnection !== gone);
      for (const { what, owner, which } of all) {
        if (what === 'add') {
          const upstreamConnection = connection();
          idle.add(upstreamConnection, owner);
          list.push({ upstreamConnection, owner });
        } else if (what === 'take') {
          const expected =
            owner === undefined
              ? undefined
              : list.findLast((each) => each.owner === owner)?.upstreamConnection;
          expect(idle.take(owner ?? 'no one')).toBe(expected);
          list = without(expected);
        } else {
          const gone = what === 'remove' ? list[which]?.upstreamConnection : list[0]?.upstreamConnection;
          if (what === 'remove oldest') expect(idle.oldest).toBe(gone);
          // One that is not idle, or no longer, changes nothing.
          for (const each of [gone ?? connection(), gone ?? connection()]) idle.remove(each);
          list = without(gone);
        }
        expect([idle.size, idle.oldest]).toEqual([list.length, list[0]?.upstreamConnection]);
      }
      while (idle.oldest !== undefined) {
        expect(idle.oldest).toBe(list.shift()?.upstreamConnection);
        idle.remove(idle.oldest);
      }
      for (const owner of ['a', 'b', 'c']) expect(idle.take(owner)).toBeUndefined();
      expect([idle.size, list]).toEqual([0, []]);
    }),
  );
});
