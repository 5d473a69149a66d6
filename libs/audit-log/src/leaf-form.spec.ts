import { EVENT_TYPES, EVENTS, eventProblem } from '@countersign/contract';
import { sampleOf } from '../../../test/support/complete-data.js';
import type { LeafV1 } from './leaf.js';
import { differenceOf, leafForm, readableIn } from './leaf-form.js';

const formOf = (type: string) => {
  const form = leafForm(type);
  if (form === undefined) throw new Error(type);
  return form;
};

const leaf = (type: string, data: unknown, commits: readonly string[] = []) =>
  ({
    ...{ type, data: data as LeafV1['data'] },
    commitments: Object.fromEntries(commits.map((name) => [name, 'c1:'])),
  }) as LeafV1;

/** What the store, which shares no code with this reader, says about the data. */
const isRefused = (type: (typeof EVENT_TYPES)[number], data: unknown, commits: readonly string[] = []) => {
  const { log, by } = EVENTS[type];
  const actor = { person: 'usr_1', gateway: 'gtw_1', job: 'job', host: 'host' }[by[0]];
  const slug = log[0] === 'tenant' ? 'acme' : log[0];
  return eventProblem({ log: slug, type, actor, data, commits }) !== undefined;
};

/** Values with one change each, anywhere inside: a member missing, added, or of another kind. */
function* changesOf(value: unknown): Generator<unknown> {
  for (const other of [true, 0.5, 7, 'a text', null, [], [null], {}, { some: null }])
    if (JSON.stringify(other) !== JSON.stringify(value)) yield other;
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      for (const changed of changesOf(item)) yield value.with(index, changed);
    return;
  }
  yield { ...value, added: 1 };
  for (const [name, item] of Object.entries(value)) {
    const { [name]: _gone, ...rest } = value as Record<string, unknown>;
    yield rest;
    for (const changed of changesOf(item)) yield { ...rest, [name]: changed };
  }
}

test.each(EVENT_TYPES)('%s: reader and store refuse the same data', (type) => {
  const { data, commits } = formOf(type);
  let refused = 0;
  for (const sample of [sampleOf(data), sampleOf(data, true)]) {
    expect({
      difference: differenceOf(leaf(type, sample, commits)),
      refused: isRefused(type, sample, commits),
    }).toEqual({ difference: undefined, refused: false });
    for (const changed of changesOf(sample)) {
      const difference = differenceOf(leaf(type, changed));
      if ((difference !== undefined) !== isRefused(type, changed))
        throw new Error(`${JSON.stringify(changed)}: ${JSON.stringify(difference)}`);
      if (difference !== undefined) refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(0);
  expect(differenceOf(leaf(type, sampleOf(data), ['other']))).toEqual({
    ...{ kind: 'unknown', at: 'commitments.other' },
  });
});

const CLOSED = { gateway: 'gtw_1', reason: 'silent', lastSeenAt: null, boot: null, seq: null, hash: null };
const HEAD = { seq: 1, hash: 'h', at: 't', signature: 's' };

test.each<[what: string, change: object, kind: string | undefined, at: string | undefined]>([
  ['as declared', { head: null }, undefined, undefined],
  ['with a member of a later release', { head: null, since: 1 }, 'unknown', 'data.since'],
  [
    'with one deep inside',
    { head: { ...HEAD, lane: { number: 0, of: 1, by: 2 } } },
    'unknown',
    'data.head.lane.by',
  ],
  ['with a value of a later release', { head: null, reason: 'moved' }, 'unknown', 'data.reason'],
  ['without a member', {}, 'broken', 'data.head'],
  ['with a member of another kind', { head: { ...HEAD, seq: '1' } }, 'broken', 'data.head.seq'],
  ['with a null that may not be', { head: null, gateway: null }, 'broken', 'data.gateway'],
  ['with both: it is broken', { since: 1, head: 1 }, 'broken', 'data.head'],
])('a leaf %s', (_what, change, kind, at) => {
  const found = differenceOf(leaf('gateway.closed', { ...CLOSED, ...change }));
  expect(found).toEqual(kind === undefined ? undefined : { kind, at });
});

test('an unknown type is unknown, whatever it says', () => {
  for (const type of ['something.new', 'constructor.name'])
    expect(differenceOf(leaf(type, {}))).toEqual({ kind: 'unknown', at: '' });
});

test('a reader that goes on after a newer release refuses what no release writes', () => {
  const members = sampleOf(formOf('demand.accessed').data) as object;
  const newer = leaf('demand.accessed', { ...members, since: 1 });
  expect(readableIn(newer).data).toBe(newer.data);
  expect(readableIn(leaf('demand.from-a-later-release', {})).type).toBe('demand.from-a-later-release');
  for (const change of [{ log: undefined }, { log: {} }, { size: '7' }])
    expect(() => readableIn(leaf('demand.accessed', { ...members, ...change }))).toThrow(
      expect.objectContaining({ code: 'unreadable_leaf' }),
    );
});
