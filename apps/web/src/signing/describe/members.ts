import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import type { Language } from '../../text/languages.js';
import type { Words } from '../signing.text.js';

/** One thing that is signed, in words. */
export interface DescribedMember {
  label: string;
  texts: string[];
}

/** What words are made with. */
export interface DescribeContext {
  words: Words;
  language: Language;
  /** As the broker calls people. */
  names: Readonly<Record<string, string>>;
  /** Texts whose commitments were opened here. */
  opened: Readonly<Record<string, string>>;
  /** Thumbprints of keys (RFC 7638), by their canonical JSON. */
  codes: ReadonlyMap<string, string>;
}

/** How a member of something signed is read: its words, or nothing where it is not of the form that it has to be. */
export type Describe = (value: unknown, reader: DescribeContext) => string | string[] | undefined;

export interface Member {
  label: keyof Words['labels'];
  describe: Describe;
  optional?: true;
}

/** Members of one kind of statement, in the order in which they are shown. */
export type Table = Readonly<Record<string, Member>>;

/**
 * Everything that is signed, in words. What has no words is not signed: a member that the table does not know, one that
 * is missing and one of another form end it.
 *
 * @throws PasskeyProblem `differs`
 */
export function describeMembers(value: unknown, table: Table, reader: DescribeContext): DescribedMember[] {
  const given = record(value);
  if (given === undefined || Object.keys(given).some((name) => !Object.hasOwn(table, name)))
    throw new PasskeyProblem('differs');
  return Object.entries(table).flatMap(([name, { label, describe, optional }]) => {
    if (!Object.hasOwn(given, name)) {
      if (optional === true) return [];
      throw new PasskeyProblem('differs');
    }
    const said = describe(given[name], reader);
    if (said === undefined) throw new PasskeyProblem('differs');
    return [{ label: reader.words.labels[label], texts: typeof said === 'string' ? [said] : said }];
  });
}

/** The members of an object; nothing of anything else. */
export const record = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
