import type { Language } from '@countersign/contract';
import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import type { Words } from '../signing.text.js';

/** One member of what is signed, in words. */
export interface DescribedMember {
  label: string;
  texts: string[];
}

/** What the descriptions depend on. */
export interface DescribeContext {
  words: Words;
  language: Language;
  /** The broker's names for people, by id. */
  names: Readonly<Record<string, string>>;
  /** Texts that have been verified against their commitments, by name. */
  opened: Readonly<Record<string, string>>;
  /** Thumbprints of keys (RFC 7638), by the key's canonical JSON. */
  codes: ReadonlyMap<string, string>;
}

/** Describes the value of a member in words. Undefined if the value is malformed. */
export type Describe = (value: unknown, context: DescribeContext) => string | string[] | undefined;

export interface Member {
  label: keyof Words['labels'];
  describe: Describe;
  optional?: true;
}

/** The members of one kind of statement, in the order in which the page shows them. */
export type Table = Readonly<Record<string, Member>>;

/**
 * Describes every member of a statement in words. The page signs nothing that it cannot describe.
 *
 * @throws PasskeyProblem `differs` if a member is unknown, missing or malformed
 */
export function describeMembers(value: unknown, table: Table, context: DescribeContext): DescribedMember[] {
  const members = asObject(value);
  if (members === undefined || Object.keys(members).some((name) => !Object.hasOwn(table, name)))
    throw new PasskeyProblem('differs');
  return Object.entries(table).flatMap(([name, { label, describe, optional }]) => {
    if (!Object.hasOwn(members, name)) {
      if (optional === true) return [];
      throw new PasskeyProblem('differs');
    }
    const words = describe(members[name], context);
    if (words === undefined) throw new PasskeyProblem('differs');
    return [{ label: context.words.labels[label], texts: typeof words === 'string' ? [words] : words }];
  });
}

/** The value as an object; undefined for anything else. */
export const asObject = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
