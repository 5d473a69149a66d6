import { idPattern } from '../identifiers.js';
import { MAX_SCOPE_ENTRIES } from '../resource/scope.js';
import { budget, DIGEST, MAX_SECONDS } from './members.js';
import type { Terms } from './terms.js';

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === 'string';
const matching =
  (pattern: RegExp): Test =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
const isDigest = matching(DIGEST);

const isScopeEntry: Test = (entry) => {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return false;
  const { resource, actions } = entry as Record<string, unknown>;
  return (
    Object.keys(entry).length === 2 && isText(resource) && Array.isArray(actions) && actions.every(isText)
  );
};
const isScope: Test = (value) =>
  Array.isArray(value) && value.length <= MAX_SCOPE_ENTRIES && value.every(isScopeEntry);

const isSeconds: Test = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= MAX_SECONDS;

const REQUIRED = {
  v: (value) => value === 1,
  deployment: matching(idPattern('dep')),
  request: matching(idPattern('req')),
  basis: (value) =>
    value === 'approval' || value === 'invitation' || value === 'emergency' || value === 'legal',
  tenant: isText,
  service: isText,
  routes: isDigest,
  scope: isScope,
  seconds: isSeconds,
  startsOn: (value) => value === 'approval' || value === 'first-use',
  lapsesAt: isText,
  requester: matching(idPattern('usr')),
  justification: isText,
} as const satisfies Partial<Record<keyof Terms, Test>>;

/** Not the change and the facts about the requester: they are rare and have many members of their own. */
const OPTIONAL = {
  parent: isDigest,
  extends: isDigest,
  invitation: isDigest,
  startsAt: isText,
  useBy: isText,
  budget: (value) => budget.safeParse(value).success,
  unmasked: (value) => value === true,
  ticket: isText,
} as const satisfies Partial<Record<keyof Terms, Test>>;

const MEMBERS: ReadonlyMap<string, Test> = new Map(Object.entries({ ...REQUIRED, ...OPTIONAL }));
const REQUIRED_NAMES = Object.keys(REQUIRED);

/**
 * A fast check of types and members. If it returns true and the rules of `parseTerms` (`RULES`) pass, `termsSchema` would accept
 * the value too; a property test compares them. If it returns false, call the schema. It is by hand because the schema takes four
 * times as long, and a gateway checks terms with each new token.
 */
export function surelyHasShapeOfTerms(value: unknown): value is Terms {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const members = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) {
    const holds = MEMBERS.get(name);
    if (holds === undefined || !holds(members[name])) return false;
  }
  return REQUIRED_NAMES.every((name) => members[name] !== undefined);
}
