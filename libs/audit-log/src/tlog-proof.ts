import { decodeBase64, decodeHash, encodeBase64, parseDecimal } from './bytes.js';
import { AuditLogError } from './errors.js';

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^63 leaves needs no more. */
const MAX_HASHES = 63;

/**
 * A proof that stands by itself (C2SP tlog-proof): the place of a leaf, its inclusion proof and the signed checkpoint.
 * `extra` is not authenticated. `checkpoint` is the signed note, unchanged.
 */
export type TlogProof = {
  index: number;
  proof: readonly Uint8Array[];
  checkpoint: string;
  extra?: Uint8Array;
};

/** The content of a `.tlog-proof` file. */
export function formatTlogProof({ index, proof, checkpoint, extra }: TlogProof): string {
  const lines = [
    FIRST_LINE,
    ...(extra === undefined ? [] : [`extra ${encodeBase64(extra)}`]),
    `index ${index}`,
  ];
  return `${[...lines, ...proof.map(encodeBase64)].join('\n')}\n\n${checkpoint}`;
}

/**
 * Reads a `.tlog-proof` file. Nothing in it is verified yet.
 *
 * @throws AuditLogError `invalid_proof`
 */
export function parseTlogProof(text: string): TlogProof {
  const fail = (detail: string) => new AuditLogError('invalid_proof', detail);
  const split = text.indexOf('\n\n');
  if (split < 0) throw fail('A proof has a blank line before its checkpoint.');
  const lines = text.slice(0, split).split('\n');
  if (lines.shift() !== FIRST_LINE) throw fail(`A proof begins with ${FIRST_LINE}.`);
  const extra = lines[0]?.startsWith('extra ')
    ? decodeBase64(lines.shift()?.slice('extra '.length) ?? '')
    : null;
  if (extra === undefined) throw fail('The extra data of a proof is base64.');
  const [, decimal = ''] = /^index (\d+)$/.exec(lines.shift() ?? '') ?? [];
  const index = parseDecimal(decimal);
  if (index === undefined) throw fail('A proof names the index of its leaf.');
  if (lines.length > MAX_HASHES) throw fail(`A proof has at most ${MAX_HASHES} hashes.`);
  const proof = lines.map((line) => {
    const hash = decodeHash(line);
    if (hash === undefined) throw fail('A hash of a proof is 32 bytes of base64.');
    return hash;
  });
  const checkpoint = text.slice(split + 2);
  return { index, proof, checkpoint, ...(extra === null ? {} : { extra }) };
}
