import { canonicalJson, type TrustDocument, utf8 } from '@countersign/contract';
import { AccessError } from '../../errors.js';
import { mayBeNamedInTrust, startsNewChain, type TrustFacts } from './trust-document.js';

/** The whole document has to fit one leaf of the log. */
const MAX_BYTES = 48_000;

type Facts = Pick<
  TrustFacts,
  'deployment' | 'tenant' | 'people' | 'passkeys' | 'recoveryKeys' | 'current' | 'now'
>;
type Rule = readonly [
  pointer: string,
  isMet: (document: TrustDocument, facts: Facts) => boolean,
  problem: string,
];

const RULES: readonly Rule[] = [
  ['/deployment', ({ deployment }, facts) => deployment === facts.deployment, 'It is of another deployment.'],
  ['/tenant', ({ tenant }, facts) => tenant === facts.tenant, 'It is of another tenant.'],
  [
    '/validUntil',
    ({ validUntil }, { now }) => Date.parse(validUntil) > now.getTime(),
    'It has expired already.',
  ],
  [
    '',
    (document) => utf8(canonicalJson(document)).length <= MAX_BYTES,
    'It is too long for the log. Name fewer people or keys.',
  ],
  [
    '/people',
    ({ people }, facts) =>
      people.every(({ person }) =>
        facts.people.some((each) => each.id === person && mayBeNamedInTrust(each)),
      ),
    'It names a person who is neither approver nor admin of this tenant.',
  ],
  [
    '/people',
    (document, facts) =>
      document.people.every(({ person, passkeys }) =>
        passkeys.every(
          (key) =>
            isNamed(document, facts, person, key.id, key.jwk) || isEnrolled(document, facts, person, key),
        ),
      ),
    'It lists a passkey that this person has not enrolled here for this relying party.',
  ],
  [
    '/recovery',
    ({ recovery = [] }, { current, recoveryKeys }) =>
      recovery.every((key) =>
        [...(current?.document.recovery ?? []), ...recoveryKeys].some(
          ({ person, jwk }) => person === key.person && jwk.x === key.jwk.x,
        ),
      ),
    'It lists a recovery key that this person has not registered.',
  ],
];

/**
 * Checks that the document's people and keys are this tenant's. Whether it follows the last version, and who has to sign,
 * the succession rules decide.
 *
 * @throws AccessError `invalid_request`
 */
export function validateTrustDocument(document: TrustDocument, facts: Facts): void {
  const wrong = wrongWith(document, facts);
  if (wrong !== undefined)
    throw new AccessError('invalid_request', wrong[2], { pointer: `/document${wrong[0]}` });
}

/**
 * The same check for an open proposal: people may have left while it waited for signatures.
 *
 * @throws AccessError `conflict`
 */
export function requireStillValid(document: TrustDocument, facts: Facts): void {
  const wrong = wrongWith(document, facts);
  if (wrong !== undefined)
    throw new AccessError(
      'conflict',
      `This proposal can no longer come into force. ${wrong[2]} Withdraw it and propose another.`,
    );
}

/**
 * Requires that a new chain needs as many people as the one before it, or all who are left. Otherwise one person could use
 * up the reset alone, before the others learn of it.
 *
 * @throws AccessError `invalid_request`
 */
export function requireNoFewerSigners(
  document: TrustDocument,
  facts: Pick<TrustFacts, 'current' | 'people'>,
): void {
  const { current, people } = facts;
  if (current === null || !startsNewChain(document, facts)) return;
  const left = people.filter(mayBeNamedInTrust).length;
  for (const member of ['approvals', 'threshold'] as const) {
    const least = Math.min(current.document[member], left);
    if (document[member] < least)
      throw new AccessError(
        'invalid_request',
        `A reset does not lower this: it is at least ${least}, as before. Let the others enrol their passkeys too.`,
        { pointer: `/document/${member}` },
      );
  }
}

const wrongWith = (document: TrustDocument, facts: Facts): Rule | undefined =>
  RULES.find(([, holds]) => !holds(document, facts));

const same = (a: object, b: object): boolean => canonicalJson(a) === canonicalJson(b);

/** True if the version in force lists this very key for the same relying party, and no one has removed it. */
const isNamed = (
  { rpId }: TrustDocument,
  { current, passkeys }: Facts,
  person: string,
  id: string,
  jwk: object,
): boolean =>
  rpId === current?.document.rpId &&
  passkeys.some((each) => each.id === id) &&
  current?.document.people.some(
    (each) => each.person === person && each.passkeys.some((key) => key.id === id && same(key.jwk, jwk)),
  ) === true;

const isEnrolled = (
  { rpId }: TrustDocument,
  { passkeys }: Facts,
  person: string,
  key: { id: string; jwk: object },
): boolean =>
  passkeys.some(
    (each) => each.id === key.id && each.person === person && each.rpId === rpId && same(each.jwk, key.jwk),
  );
