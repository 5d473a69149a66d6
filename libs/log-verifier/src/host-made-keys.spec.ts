import type { LeafV1 } from '@countersign/audit-log';
import { Warnings } from './faults.js';
import { HostMadeKeys } from './host-made-keys.js';
import { LeafData, type LeafOf } from './leaf-data.js';

const key = { key: 'key_1', person: 'usr_1', expiresAt: '2026-01-02T00:00:00Z' };

type Step = [type: string, actor: string, data: object, at?: string];
const keyCreated: Step = ['api-key.created', 'host', key];
const approval = { decision: 'approve', channel: 'api', countersignature: null };
const approved: Step = ['request.reviewed', 'usr_1', approval];

function notesOf(...steps: Step[]): (number | null)[] {
  const warnings = new Warnings();
  const keys = new HostMadeKeys(warnings);
  for (const [seq, [type, actor, data, at = '2026-01-01T12:00:00Z']] of steps.entries())
    keys.take(
      new LeafData(seq, {
        v: 1,
        tenant: 'acme',
        seq,
        type,
        at,
        actor,
        data,
        commitments: {},
      } as unknown as LeafV1) as LeafOf,
    );
  return warnings.all.map(({ code, index }) => (code === 'host_made_key' ? index : null));
}

test('an approval by the API of someone with a key that the host made is a note', () => {
  expect(notesOf(keyCreated, approved)).toEqual([1]);
});

test.each<[string, Step[]]>([
  ['before the key was made', [approved, keyCreated]],
  ['after it was revoked', [keyCreated, ['api-key.revoked', 'usr_1', key], approved]],
  ['after it ended', [keyCreated, ['request.reviewed', 'usr_1', approval, '2026-01-02T00:00:00Z']]],
  ['with a key of the person’s own', [['api-key.created', 'usr_1', key], approved]],
  ['of another person', [keyCreated, ['request.reviewed', 'usr_2', approval]]],
  ['on the page', [keyCreated, ['request.reviewed', 'usr_1', { ...approval, channel: 'web' }]]],
  ['with a passkey', [keyCreated, ['request.reviewed', 'usr_1', { ...approval, countersignature: {} }]]],
  ['that was a denial', [keyCreated, ['request.reviewed', 'usr_1', { ...approval, decision: 'deny' }]]],
])('an approval %s is none', (_when, steps) => {
  expect(notesOf(...steps)).toEqual([]);
});
