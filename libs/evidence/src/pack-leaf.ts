import { type LeafV1, parseLeaf } from '@countersign/audit-log';
import { type EventMember, type Hashing, type Opening, openCommitment, utf8 } from '@countersign/contract';
import { EvidenceFault } from './evidence-fault.js';

/** Why a value behind a commitment is not in the pack: see `ExportedValue` of libs/access. */
const ABSENT = ['erased', 'withheld', 'missing', 'sealed'] as const;
/** What the pack has for a commitment: its opening, or why there is none. */
export type PackValue = Opening | (typeof ABSENT)[number];

/** A leaf in a pack. `text` is its canonical JSON; the leaf's hash is computed over it. */
export interface PackLeaf {
  index: number;
  text: string;
  leaf: LeafV1;
  /** Each of its commitments by name. */
  values: Readonly<Record<string, PackValue>>;
}

/** A leaf outside the range, with its own inclusion proof (RFC 6962 §2.1.1); hashes are padded base64. */
export type ProvenLeaf = PackLeaf & { proof: readonly string[] };

/** One line of a file of leaves: `{"index", "leaf", "values", "proof"?}`. `leaf` is the text, so that no byte of it is lost. */
export function leafLine({ index, text, values, proof }: PackLeaf & { proof?: readonly string[] }): string {
  return `${JSON.stringify({ index, leaf: text, values, ...(proof === undefined ? {} : { proof }) })}\n`;
}

/** Parses a leaf that the caller has read from its own log. */
export function packLeaf(index: number, text: string, values: PackLeaf['values']): PackLeaf {
  return { index, text, leaf: JSON.parse(text) as LeafV1, values };
}

/**
 * Parses a line, and verifies what needs no other line: the leaf is of version 1 and of this log and place, and each value
 * opens its commitment.
 *
 * @throws EvidenceFault `invalid_pack`, `wrong_opening`; AuditLogError `invalid_leaf`
 */
export function readLeafLine(hashing: Hashing, line: string, log: string): ProvenLeaf {
  const wrong = (detail: string) => new EvidenceFault('invalid_pack', detail);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw wrong('A line of a file of leaves is not JSON.');
  }
  if (!isRecord(value)) throw wrong('A line of a file of leaves is not a JSON object.');
  const { index, leaf: text, values, proof = [] } = value;
  if (typeof index !== 'number' || typeof text !== 'string' || !isRecord(values) || !isTexts(proof))
    throw wrong('A line of a file of leaves lacks a member.');
  const leaf = parseLeaf(utf8(text));
  if (leaf.seq !== index || leaf.tenant !== log)
    throw wrong(`Leaf ${index} is leaf ${leaf.seq} of the log ${leaf.tenant}.`);
  const names = Object.keys(values);
  if (names.length !== Object.keys(leaf.commitments).length)
    throw wrong(`Leaf ${index} does not say of each commitment what became of its value.`);
  for (const name of names) requireValue(hashing, { index, leaf }, name, values[name]);
  return { index, text, leaf, values: values as PackLeaf['values'], proof };
}

function requireValue(
  hashing: Hashing,
  { index, leaf }: Pick<PackLeaf, 'index' | 'leaf'>,
  name: string,
  value: unknown,
): void {
  const commitment = leaf.commitments[name];
  if (commitment !== undefined && ABSENT.some((each) => each === value)) return;
  const { value: text, salt } = (isRecord(value) ? value : {}) as Partial<Opening>;
  const isOpening = typeof text === 'string' && typeof salt === 'string' && commitment !== undefined;
  if (!isOpening || !openCommitment(hashing, name, { value: text, salt }, commitment))
    throw new EvidenceFault('wrong_opening', `\`${name}\` of leaf ${index} is not what was committed.`);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/** A personal value of a leaf, or the reason in brackets why the pack has none. Null if the leaf has no such commitment. */
export function textOf({ values }: PackLeaf, name: string): string | null {
  const value = values[name];
  if (value === undefined) return null;
  return typeof value === 'string' ? `[${value}]` : value.value;
}

/** A member of the leaf's data; null if it is absent, a list or an object. */
export function datum({ leaf }: PackLeaf, name: EventMember): string | number | boolean | null {
  const value = leaf.data[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
