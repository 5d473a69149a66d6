import { canonicalJson, type TrustDocument } from '@countersign/contract';

/** One difference between this version and the next. */
export type TrustChange =
  | { kind: 'added' | 'removed' | 'recoveryAdded' | 'recoveryRemoved'; person: string; key: string }
  | { kind: 'changed'; member: ChangedMember };

const MEMBERS = [
  'approvals',
  'threshold',
  'countersign',
  'forbid',
  'bases',
  'rpId',
  'origins',
  'witnesses',
  'witnessGraceSeconds',
] as const;
export type ChangedMember = (typeof MEMBERS)[number];

/** All differences between two versions, except their number and dates. */
export function diffTrustDocuments(current: TrustDocument, next: TrustDocument): TrustChange[] {
  return [
    ...difference(keysOf(current), keysOf(next), 'removed', 'added'),
    ...difference(papersOf(current), papersOf(next), 'recoveryRemoved', 'recoveryAdded'),
    ...MEMBERS.filter((member) => text(current[member]) !== text(next[member])).map(
      (member): TrustChange => ({ kind: 'changed', member }),
    ),
  ];
}

type Owned = { person: string; key: string };
type Kind = Exclude<TrustChange['kind'], 'changed'>;

function difference(before: Owned[], after: Owned[], gone: Kind, come: Kind): TrustChange[] {
  const without = (those: Owned[]) => {
    const known = new Set(those.map((each) => text(each)));
    return (each: Owned) => !known.has(text(each));
  };
  return [
    ...before.filter(without(after)).map((each): TrustChange => ({ kind: gone, ...each })),
    ...after.filter(without(before)).map((each): TrustChange => ({ kind: come, ...each })),
  ];
}

const text = (value: unknown): string => (value === undefined ? '' : canonicalJson(value));
const keysOf = ({ people }: TrustDocument): Owned[] =>
  people.flatMap(({ person, passkeys }) => passkeys.map((key) => ({ person, key: text(key) })));
const papersOf = ({ recovery = [] }: TrustDocument): Owned[] =>
  recovery.map(({ person, jwk }) => ({ person, key: text(jwk) }));
