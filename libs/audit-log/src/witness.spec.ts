import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import fc from 'fast-check';
import { logKey } from '../../../test/factories/log-keys.js';
import { formatCheckpoint } from './checkpoint.js';
import { AuditLogError } from './errors.js';
import { formatNote, parseVerifierKey, SIGNATURE_TYPE, signNote, verifierKey } from './note.js';
import { formatTlogPolicy, parseTlogPolicy } from './policy.js';
import { consistencySteps, type NodeId, proofHashes } from './proofs.js';
import { formatTlogProof, parseTlogProof } from './tlog-proof.js';
import {
  appendLeaf,
  type CompactRange,
  EMPTY_RANGE,
  emptyTreeHash,
  leafHash,
  nodeHash,
  rangeRoot,
} from './tree.js';
import { decideWitness, formatAddCheckpoint, parseAddCheckpoint, type Witnessed } from './witness.js';

const log = logKey('example.com/log', 1);
const vkey = verifierKey(nodeHashing, log.name, log.publicKey);
const leaves = Array.from({ length: 20 }, (_, index) => leafHash(nodeHashing, Uint8Array.of(index)));
const rootOf = (size: number) =>
  rangeRoot(
    nodeHashing,
    leaves
      .slice(0, size)
      .reduce<CompactRange>((range, leaf) => appendLeaf(nodeHashing, range, leaf), EMPTY_RANGE),
  );
const hashOf = ({ level, index }: NodeId): Uint8Array =>
  level === 0
    ? (leaves[index] as Uint8Array)
    : nodeHash(
        nodeHashing,
        hashOf({ level: level - 1, index: index * 2 }),
        hashOf({ level: level - 1, index: index * 2 + 1 }),
      );
const noteOf = (size: number, root = rootOf(size), key = log) => {
  const text = formatCheckpoint({ origin: log.name, size, root });
  return formatNote({ text, signatures: [signNote(nodeHashing, text, key)] });
};
const bodyOf = (oldSize: number, size: number, note = noteOf(size)) =>
  formatAddCheckpoint({
    oldSize,
    proof: proofHashes(nodeHashing, consistencySteps(oldSize, size), hashOf),
    note,
  });

describe('a witness (C2SP tlog-witness)', () => {
  const ask = (body: string, newest?: Witnessed, keys = [parseVerifierKey(nodeHashing, vkey)]) =>
    decideWitness(
      { hashing: nodeHashing, check: nodeEd25519 },
      body,
      (origin) => (origin === log.name ? keys : []),
      () => newest,
    );
  const at = (size: number): Witnessed => ({ size, root: rootOf(size) });

  test('P10: signs the first checkpoint that it sees, and each that continues the last', async () => {
    expect(await ask(bodyOf(0, 5))).toMatchObject({ sign: true, checkpoint: { size: 5, root: rootOf(5) } });
    expect(await ask(bodyOf(5, 12), at(5))).toMatchObject({ sign: true });
    expect(await ask(bodyOf(5, 5), at(5))).toMatchObject({ sign: true });
  });

  test('P10: refuses a fork, no matter who proves what', async () => {
    const forked = { size: 5, root: rootOf(6) };
    expect(await ask(bodyOf(5, 12), forked)).toMatchObject({ sign: false, status: 422 });
    expect(await ask(bodyOf(5, 5), forked)).toMatchObject({ sign: false, status: 422 });
    const without = formatAddCheckpoint({ oldSize: 5, proof: [], note: noteOf(12) });
    expect(await ask(without, at(5))).toMatchObject({ sign: false, status: 422 });
    const proofFromNothing = formatAddCheckpoint({ oldSize: 0, proof: [rootOf(1)], note: noteOf(12) });
    expect(await ask(proofFromNothing)).toMatchObject({ sign: false, status: 422 });
  });

  test('names its newest size to a log that begins elsewhere', async () => {
    expect(await ask(bodyOf(3, 12), at(5))).toMatchObject({ sign: false, status: 409, size: 5 });
    expect(await ask(bodyOf(0, 3), at(5))).toMatchObject({ sign: false, status: 409, size: 5 });
    expect(await ask(bodyOf(1, 3))).toMatchObject({ sign: false, status: 409, size: 0 });
  });

  test('refuses unknown logs, foreign signatures, and what it cannot read', async () => {
    expect(await ask(bodyOf(0, 5), undefined, [])).toMatchObject({ sign: false, status: 404 });
    const forged = noteOf(5, rootOf(5), { ...logKey(log.name, 2) });
    expect(await ask(bodyOf(0, 5, forged))).toMatchObject({ sign: false, status: 403 });
    const damaged = noteOf(5).replace('\n5\n', '\n6\n');
    expect(await ask(bodyOf(0, 5, damaged))).toMatchObject({ sign: false, status: 403 });
    expect(await ask('old 0\n')).toMatchObject({ sign: false, status: 400 });
    const shrinking = formatAddCheckpoint({ oldSize: 6, proof: [], note: noteOf(5) });
    expect(await ask(shrinking, at(6))).toMatchObject({ sign: false, status: 400 });
  });

  test('an empty tree has the one root of an empty tree', async () => {
    expect(await ask(bodyOf(0, 0))).toMatchObject({ sign: true });
    expect(await ask(bodyOf(0, 0, noteOf(0, rootOf(1))))).toMatchObject({ sign: false, status: 422 });
    expect(emptyTreeHash(nodeHashing)).toEqual(rootOf(0));
  });

  test.each([
    '',
    'old\n\nx',
    'old 01\n\nx',
    'old 1\nAAAA\n\nx',
    `old 1\n${`${'A'.repeat(43)}=\n`.repeat(64)}\nx`,
  ])('refuses the body %j', (body) => {
    expect(() => parseAddCheckpoint(body)).toThrow(AuditLogError);
  });
});

describe('proofs that stand alone (C2SP tlog-proof)', () => {
  test('are read as they were written', () => {
    const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 63 });
    const extra = fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: undefined });
    fc.assert(
      fc.property(fc.maxSafeNat(), hashes, extra, (index, proof, more) => {
        const written = {
          index,
          proof,
          checkpoint: noteOf(3),
          ...(more === undefined ? {} : { extra: more }),
        };
        const text = formatTlogProof(written);
        expect(parseTlogProof(text)).toEqual(written);
        expect(text.startsWith('c2sp.org/tlog-proof@v1\n')).toBe(true);
      }),
    );
  });

  test.each([
    ['another version', 'c2sp.org/tlog-proof@v2\nindex 1\n\nx'],
    ['no index', 'c2sp.org/tlog-proof@v1\n\nx'],
    ['a padded index', 'c2sp.org/tlog-proof@v1\nindex 01\n\nx'],
    ['a short hash', 'c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx'],
    ['no checkpoint', 'c2sp.org/tlog-proof@v1\nindex 1\n'],
    ['extra data that is no base64', 'c2sp.org/tlog-proof@v1\nextra ?\nindex 1\n\nx'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseTlogProof(text)).toThrow(AuditLogError);
  });
});

describe('policies (C2SP tlog-policy)', () => {
  const witness = (seed: number) => {
    const key = logKey(`w${seed}.example`, seed);
    return verifierKey(nodeHashing, key.name, key.publicKey, SIGNATURE_TYPE.cosignature);
  };
  const names = (...list: string[]) => new Set(list);

  test('a policy that we write needs as many witnesses as it says', () => {
    const witnesses = [2, 3, 4].map((seed) => ({ vkey: witness(seed), url: `https://w${seed}.example` }));
    const text = formatTlogPolicy({ log: { vkey }, witnesses, quorum: 2 });
    const policy = parseTlogPolicy(nodeHashing, text);
    expect([...policy.witnesses.values()].map(({ url }) => url)).toEqual(witnesses.map(({ url }) => url));
    expect(policy.isQuorum(names('w1'))).toBe(false);
    expect(policy.isQuorum(names('w1', 'w3'))).toBe(true);
    expect(
      parseTlogPolicy(nodeHashing, formatTlogPolicy({ log: { vkey }, witnesses: [], quorum: 0 })).isQuorum(
        names(),
      ),
    ).toBe(true);
  });

  test('the two levels of the example of the specification', () => {
    const [x1, x2, x3, y1, y2] = [2, 3, 4, 5, 6].map(witness);
    const text = `# who watches\nlog ${vkey}\n\nwitness X1 ${x1}\nwitness X2 ${x2}\n witness\tX3 ${x3}
group X 2 X1 X2 X3\nwitness Y1 ${y1}\nwitness Y2 ${y2}\ngroup Y any Y1 Y2\ngroup both all X Y\nquorum both\n`;
    const { isQuorum } = parseTlogPolicy(nodeHashing, text);
    expect(isQuorum(names('X1', 'X2', 'X3'))).toBe(false);
    expect(isQuorum(names('X1', 'Y1', 'Y2'))).toBe(false);
    expect(isQuorum(names('X1', 'X3', 'Y2'))).toBe(true);
  });

  test.each([
    ['no quorum', `log ${vkey}\n`],
    ['two quorums', 'quorum none\nquorum none\n'],
    ['a quorum of nobody known', 'quorum X\n'],
    ['a group before its members', `group G any X\nwitness X ${witness(2)}\nquorum G\n`],
    ['a member of two groups', `witness X ${witness(2)}\ngroup G any X\ngroup H any X\nquorum H\n`],
    ['more than all', `witness X ${witness(2)}\ngroup G 2 X\nquorum G\n`],
    ['none of them', `witness X ${witness(2)}\ngroup G 0 X\nquorum G\n`],
    ['one key twice', `witness X ${witness(2)}\nwitness Y ${witness(2)}\nquorum X\n`],
    ['a name twice', `witness X ${witness(2)}\nwitness X ${witness(3)}\nquorum X\n`],
    ['the name none', `witness none ${witness(2)}\nquorum none\n`],
    ['a key that is none', 'witness X nothing\nquorum X\n'],
    ['an unknown line', 'witnesses\nquorum none\n'],
    ['a carriage return', 'quorum none\r\n'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseTlogPolicy(nodeHashing, text)).toThrow(AuditLogError);
  });
});
