import type { TrustDocument } from '@countersign/contract';
import { diffTrustDocuments } from './changes.js';

const passkey = (id: string) => ({ id, jwk: { kty: 'EC', crv: 'P-256', x: 'x', y: id } as const });
const current = {
  seq: 1,
  validUntil: '2027-01-01T00:00:00Z',
  people: [{ person: 'ada', passkeys: [passkey('one'), passkey('two')] }],
  recovery: [{ person: 'ada', jwk: { kty: 'OKP', crv: 'Ed25519', x: 'paper' } }],
  threshold: 1,
  approvals: 1,
  countersign: { exceptActions: [] },
  forbid: [],
  bases: [],
  rpId: 'localhost',
  origins: ['http://localhost:4000'],
} as unknown as TrustDocument;

const kinds = (change: Partial<TrustDocument>) =>
  diffTrustDocuments(current, { ...current, ...change }).map((each) =>
    each.kind === 'changed' ? each.member : `${each.kind} ${each.person}`,
  );

test.each<[string, Partial<TrustDocument>, string[]]>([
  ['nothing but dates', { seq: 2, validUntil: '2027-06-01T00:00:00Z' }, []],
  [
    'a key in place of another',
    { people: [{ person: 'ada', passkeys: [passkey('one'), passkey('three')] }] },
    ['removed ada', 'added ada'],
  ],
  [
    'the same key under another name',
    {
      people: [
        { person: 'ada', passkeys: [passkey('one')] },
        { person: 'eve', passkeys: [passkey('two')] },
      ],
    },
    ['removed ada', 'added eve'],
  ],
  ['another recovery key', { recovery: [] }, ['recoveryRemoved ada']],
  [
    'weaker rules',
    { approvals: 2, countersign: { exceptActions: ['read'] }, origins: ['https://evil.example'] },
    ['approvals', 'countersign', 'origins'],
  ],
])('finds the change: %s', (_what, change, expected) => {
  expect(kinds(change)).toEqual(expected);
});
