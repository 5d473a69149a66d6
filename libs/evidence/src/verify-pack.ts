import {
  AuditLogError,
  type Checkpoint,
  decodeHash,
  type Ed25519Check,
  LeafRangeVerifier,
  leafHashOfText,
  openCheckpoint,
  openStatement,
  parseLogOrigin,
  parseNote,
  parseTlogProof,
  type StatementBody,
  saidIn,
  type VerifierKey,
  verifyInclusion,
  verifyNote,
} from '@countersign/audit-log';
import {
  canonicalJson,
  DEPLOYMENT_SLUG,
  type Hashing,
  MOST_STATED_ACCESSES,
  utf8,
} from '@countersign/contract';
import { DerivedFiles } from './derived-files.js';
import { EvidenceFault } from './evidence-fault.js';
import { FILES, type Manifest, manifestNoteText, parseManifest, sumsText } from './manifest.js';
import { isInPeriod, type PackContext } from './pack-context.js';
import { type PackLeaf, type ProvenLeaf, readLeafLine } from './pack-leaf.js';
import { proofFile } from './sample.js';

/** Computes SHA-256 of bytes that arrive piece by piece. */
export interface RunningHash {
  update(bytes: Uint8Array): void;
  hex(): string;
}

/** The cryptography of the platform that the verifier needs. */
export interface VerifyPorts {
  hashing: Hashing;
  check: Ed25519Check;
  startHash(): RunningHash;
}

/** Reads the files of a pack, from the archive or from a folder. */
export interface PackSource {
  names: readonly string[];
  /** Bytes of a file that is in `names`. */
  size(name: string): number;
  read(name: string): AsyncIterable<Uint8Array>;
}

/** The keys to trust, and how to report progress. */
export interface VerifyOptions {
  /** Keys of the tenant's log, and of the deployment's. */
  keys: readonly VerifierKey[];
  deploymentKeys: readonly VerifierKey[];
  onProgress?: (leaves: number, all: number) => void;
}

/** What was verified. */
export interface VerifiedPack {
  manifest: Manifest;
  checkpoint: Checkpoint;
  range: { from: number; to: number };
  statement: StatementBody;
  /** Allowed calls of the period in the pack, by the index of their leaf. */
  calls: number;
  /** How many files were hashed, and how many were computed again from the leaves. */
  files: number;
  derived: number;
  /** How many leaves have an inclusion proof of their own. */
  proven: number;
}

/** Clocks of brokers differ by less. */
const CLOCKS_MS = 60_000;
const MAX_SMALL_FILE = 64 * 2 ** 20;
/** Enough for a leaf of 60 kB with its values. */
const MAX_LINE = 1_048_576;

/**
 * Verifies a pack without any server: the log's signature over the manifest, every file's hash, that the leaves are those of the log
 * at their indices without a gap, every value against its commitment, every inclusion proof, and the statement. Then it computes
 * every other file again from the leaves, and compares.
 *
 * @throws EvidenceFault; AuditLogError for a note, checkpoint, proof or leaf that does not verify
 */
export async function verifyPack(
  ports: VerifyPorts,
  source: PackSource,
  options: VerifyOptions,
): Promise<VerifiedPack> {
  const pack = new PackVerifier(ports, source, await openManifest(ports, source, options.keys));
  await pack.verifyFiles();
  return pack.verifyContent(options);
}

async function openManifest(
  { check, startHash }: VerifyPorts,
  source: PackSource,
  keys: readonly VerifierKey[],
): Promise<Manifest> {
  const text = await readText(source, FILES.manifest);
  const manifest = parseManifest(text);
  const note = parseNote(await readText(source, FILES.note));
  const hash = startHash();
  hash.update(utf8(text));
  if (note.text !== manifestNoteText(manifest, hash.hex()))
    throw new EvidenceFault('changed_file', `${FILES.note} is about another manifest.`);
  await verifyNote(check, note, keys);
  return manifest;
}

async function readText(source: PackSource, name: string): Promise<string> {
  if (!source.names.includes(name)) throw new EvidenceFault('invalid_pack', `The pack has no ${name}.`);
  if (source.size(name) > MAX_SMALL_FILE) throw new EvidenceFault('invalid_pack', `${name} is too large.`);
  let text = '';
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for await (const piece of source.read(name)) text += decoded(decoder, piece, name);
  return text + decoded(decoder, undefined, name);
}

/** The lines of a file. @throws EvidenceFault `invalid_pack` for one that is too long, or a last one without its end */
async function* linesOf(source: PackSource, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const piece of source.read(name)) {
    const lines = (rest + decoded(decoder, piece, name)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw new EvidenceFault('invalid_pack', `A line of ${name} is too long.`);
    yield* lines;
  }
  if (rest + decoded(decoder, undefined, name) !== '')
    throw new EvidenceFault('invalid_pack', `The last line of ${name} has no end.`);
}

/** Decodes UTF-8. @param bytes undefined at the end of the file. @throws EvidenceFault `invalid_pack` */
function decoded(
  decoder: InstanceType<typeof TextDecoder>,
  bytes: Uint8Array | undefined,
  name: string,
): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new EvidenceFault('invalid_pack', `${name} is not UTF-8.`);
  }
}

class PackVerifier {
  #proven = 0;

  constructor(
    private readonly ports: VerifyPorts,
    private readonly source: PackSource,
    private readonly manifest: Manifest,
  ) {}

  /** Requires exactly the files of the manifest, each with its hash. */
  async verifyFiles(): Promise<void> {
    const { files } = this.manifest;
    const named = [...files.map(({ name }) => name), FILES.manifest, FILES.note];
    const extra = this.source.names.filter((name) => !named.includes(name));
    const missing = named.filter((name) => !this.source.names.includes(name));
    if (extra.length > 0 || missing.length > 0 || new Set(named).size < named.length)
      throw new EvidenceFault(
        'invalid_pack',
        `The pack does not have exactly the files of its manifest: ${[...extra, ...missing].join(', ')}.`,
      );
    for (const { name, size, sha256 } of files) {
      const hash = this.ports.startHash();
      for await (const piece of this.source.read(name)) hash.update(piece);
      if (this.source.size(name) !== size || hash.hex() !== sha256)
        throw new EvidenceFault('changed_file', `${name} does not have the hash that the manifest names.`);
    }
    const summed = files.slice(0, -1);
    if (files.at(-1)?.name !== FILES.sums || (await this.text(FILES.sums)) !== sumsText(summed))
      throw new EvidenceFault('evidence_differs', `${FILES.sums} does not name the hashes of the manifest.`);
  }

  async verifyContent({ keys, deploymentKeys, onProgress }: VerifyOptions): Promise<VerifiedPack> {
    const { tenant } = this.manifest;
    const checkpoint = await this.checkpoint(FILES.checkpoint, tenant, keys);
    const deployment = await this.checkpoint(FILES.deploymentCheckpoint, DEPLOYMENT_SLUG, deploymentKeys);
    const statement = await this.statement(keys, checkpoint);
    const claim = await this.rangeClaim();
    const context: PackContext = {
      ...this.manifest,
      range: { from: claim.from, to: claim.to },
      ...{ size: checkpoint.size, root: statement.root },
      earlier: await this.provenLeaves(FILES.earlier, tenant, checkpoint),
      deploymentLeaves: await this.provenLeaves(FILES.deploymentLeaves, DEPLOYMENT_SLUG, deployment),
      statement,
    };
    const derived = new DerivedFiles(this.ports.hashing, context);
    const recomputed = new RecomputedFiles(this.ports, derived.names);
    const range = new LeafRangeVerifier(this.ports.hashing, claim);
    const accesses = new StatedAccesses(statement);
    recomputed.append(derived.begin());
    let next = claim.from;
    for await (const line of linesOf(this.source, FILES.leaves)) {
      const leaf = readLeafLine(this.ports.hashing, line, tenant);
      if (leaf.index !== next)
        throw new EvidenceFault(
          'invalid_pack',
          `${FILES.leaves} has leaf ${leaf.index} where ${next} belongs.`,
        );
      next += 1;
      range.take(leafHashOfText(this.ports.hashing, leaf.text));
      accesses.take(context, leaf);
      recomputed.append(derived.take(leaf));
      onProgress?.(next - claim.from, claim.to - claim.from);
    }
    range.finish(checkpoint);
    recomputed.append(derived.end());
    await this.verifyProofs(derived.sampledLeaves(), checkpoint, keys);
    this.requireSame(derived.names, recomputed);
    return {
      ...{ manifest: this.manifest, checkpoint, range: context.range, statement },
      ...{ calls: accesses.finish(), files: this.manifest.files.length, derived: derived.names.length },
      proven: this.#proven,
    };
  }

  private async checkpoint(name: string, log: string, keys: readonly VerifierKey[]): Promise<Checkpoint> {
    const { checkpoint } = await openCheckpoint(this.ports.check, await this.text(name), keys);
    const origin = parseLogOrigin(checkpoint.origin);
    if (origin?.deployment !== this.manifest.deployment || origin.slug !== log)
      throw new AuditLogError('wrong_origin', `${name} is of ${checkpoint.origin}.`);
    return checkpoint;
  }

  /** Requires that the statement is about the period, and that its checkpoint is the one that proves the leaves. */
  private async statement(keys: readonly VerifierKey[], { size }: Checkpoint): Promise<StatementBody> {
    const { body } = await openStatement(this.ports.check, await this.text(FILES.statement), keys);
    const { tenant, period } = this.manifest;
    const isSame =
      body.tenant === tenant &&
      Date.parse(body.from) === Date.parse(period.from) &&
      Date.parse(body.to) === Date.parse(period.to) &&
      body.size === size &&
      body.checkpoint === (await this.text(FILES.checkpoint));
    if (!isSame)
      throw new EvidenceFault(
        'evidence_differs',
        'The statement is about another tenant, period or checkpoint.',
      );
    return body;
  }

  private async rangeClaim() {
    const wrong = () =>
      new EvidenceFault('invalid_pack', `${FILES.range} is not a proof of a range of leaves.`);
    let value: { from: number; to: number; left: string[]; proof: string[] };
    try {
      value = JSON.parse(await this.text(FILES.range)) as typeof value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw wrong();
    }
    if (!Array.isArray(value?.left) || !Array.isArray(value.proof)) throw wrong();
    return { from: value.from, to: value.to, left: hashesOf(value.left), proof: hashesOf(value.proof) };
  }

  private async provenLeaves(name: string, log: string, { size, root }: Checkpoint): Promise<ProvenLeaf[]> {
    const leaves: ProvenLeaf[] = [];
    for await (const line of linesOf(this.source, name)) {
      const leaf = readLeafLine(this.ports.hashing, line, log);
      const hash = leafHashOfText(this.ports.hashing, leaf.text);
      const proof = hashesOf(leaf.proof);
      verifyInclusion(this.ports.hashing, { index: leaf.index, size, leaf: hash, root, proof });
      if ((leaves.at(-1)?.index ?? -1) >= leaf.index)
        throw new EvidenceFault('invalid_pack', `The leaves of ${name} are not in their order.`);
      leaves.push(leaf);
      this.#proven += 1;
    }
    return leaves;
  }

  /** Requires a valid proof file for each sampled leaf, and no other proof file. */
  private async verifyProofs(
    sampled: readonly PackLeaf[],
    checkpoint: Checkpoint,
    keys: readonly VerifierKey[],
  ): Promise<void> {
    const expected = sampled.map(({ index }) => proofFile(index));
    const there = this.source.names.filter((name) => name.startsWith('sample/proofs/'));
    if (there.length !== expected.length || expected.some((name) => !there.includes(name)))
      throw new EvidenceFault('evidence_differs', 'The proofs are not those of the sampled leaves.');
    for (const { index, text } of sampled) {
      const parsed = parseTlogProof(await this.text(proofFile(index)));
      const { checkpoint: own } = await openCheckpoint(this.ports.check, parsed.checkpoint, keys);
      if (parsed.index !== index || own.size !== checkpoint.size)
        throw new EvidenceFault(
          'evidence_differs',
          `${proofFile(index)} is about another leaf or checkpoint.`,
        );
      const leaf = leafHashOfText(this.ports.hashing, text);
      const { size, root } = checkpoint;
      verifyInclusion(this.ports.hashing, { index, size, leaf, root, proof: parsed.proof });
      this.#proven += 1;
    }
  }

  /** Requires that the derived files equal the recomputed ones, and that there is no other file. */
  private requireSame(names: readonly string[], recomputed: RecomputedFiles): void {
    const hashes = recomputed.finish();
    const known = new Set<string>([...names, ...Object.values(FILES)]);
    for (const { name, sha256 } of this.manifest.files) {
      const again = hashes.get(name);
      if (again !== undefined && again !== sha256)
        throw new EvidenceFault(
          'evidence_differs',
          `${name} differs from what the leaves of the pack produce. ${OTHER_VERSION}`,
        );
      if (!known.has(name) && !name.startsWith('sample/proofs/'))
        throw new EvidenceFault('invalid_pack', `A pack has no file ${name}. ${OTHER_VERSION}`);
      hashes.delete(name);
    }
    const [missing] = hashes.keys();
    if (missing !== undefined)
      throw new EvidenceFault('invalid_pack', `The pack has no ${missing}. ${OTHER_VERSION}`);
  }

  private text(name: string): Promise<string> {
    return readText(this.source, name);
  }
}

/** The manifest does not name the version of the tables, so a pack from another version is not told apart from a forged one. */
const OTHER_VERSION =
  'If another version of Countersign made the pack, verify it with that version: its tables may be different.';

/** @throws EvidenceFault `invalid_pack` */
const hashesOf = (texts: readonly string[]): Uint8Array[] =>
  texts.map((text) => {
    const hash = typeof text === 'string' ? decodeHash(text) : undefined;
    if (hash === undefined) throw new EvidenceFault('invalid_pack', 'A hash is 32 bytes of base64.');
    return hash;
  });

/** Hashes the derived files while they are computed again. */
class RecomputedFiles {
  readonly #hashes: RunningHash[];

  constructor(
    ports: Pick<VerifyPorts, 'startHash'>,
    private readonly names: readonly string[],
  ) {
    this.#hashes = names.map(() => ports.startHash());
  }

  append(texts: readonly string[]): void {
    texts.forEach((text, at) => {
      if (text !== '') this.#hashes[at]?.update(utf8(text));
    });
  }

  finish(): Map<string, string> {
    return new Map(this.names.map((name, at) => [name, this.#hashes[at]?.hex() ?? '']));
  }
}

/**
 * Compares the statement with the calls of the pack: it names or counts exactly those of the leaves that it is about. A record that a
 * gateway sent between statement and checkpoint is only in the pack, so the pack may have more calls.
 */
class StatedAccesses {
  readonly #accesses: [index: number, record: string][] = [];
  #count = 0;
  #refused = 0;
  #all = 0;
  /** When a leaf was written that the statement is not about. */
  #notBefore: string | undefined;

  constructor(private readonly statement: StatementBody) {}

  take(context: PackContext, { index, leaf, ...rest }: PackLeaf): void {
    const isStated = index < this.statement.leaves;
    // A job dates this leaf when it writes it, each day.
    if (!isStated && leaf.type === 'log.sealed') this.#notBefore ??= leaf.at;
    if (!isInPeriod(context, { index, leaf, ...rest })) return;
    const event = saidIn(leaf);
    if (event.type === 'access.refused' && isStated) this.#refused += event.data.count;
    if (event.type !== 'access.allowed') return;
    this.#all += 1;
    if (!isStated) return;
    this.#count += 1;
    if (this.#count <= MOST_STATED_ACCESSES) this.#accesses.push([index, event.data.record]);
  }

  /** @returns how many calls there are */
  finish(): number {
    const { count, accesses, refused, madeAt } = this.statement;
    if (this.#notBefore !== undefined && Date.parse(madeAt) > Date.parse(this.#notBefore) + CLOCKS_MS)
      throw new EvidenceFault(
        'evidence_differs',
        `The statement was made at ${madeAt}, and is about fewer leaves than the log had by then.`,
      );
    const shown = this.#count > MOST_STATED_ACCESSES ? null : this.#accesses;
    const isSame =
      count === this.#count && refused === this.#refused && canonicalJson(accesses) === canonicalJson(shown);
    if (!isSame)
      throw new EvidenceFault(
        'evidence_differs',
        `The leaves show ${this.#count} allowed and ${this.#refused} refused calls, and the statement says ${count} and ${refused}, or names others.`,
      );
    return this.#all;
  }
}
