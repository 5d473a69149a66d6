import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  type EventReads,
  evidenceLeaves,
  exportLogAsSide,
  type Principal,
  type ReportPeriod,
  readStatement,
  readWholeLog,
  requireEvidencePeriod,
} from '@countersign/access';
import {
  encodeBase64,
  formatTlogProof,
  inclusionSteps,
  leafRangeSteps,
  parseCheckpoint,
  parseLogOrigin,
  parseNote,
  type StatementBody,
} from '@countersign/audit-log';
import { DEPLOYMENT_SLUG } from '@countersign/contract';
import {
  DerivedFiles,
  defaultSeed,
  EVIDENCE_TYPE,
  FILES,
  leafLine,
  type Manifest,
  manifestJson,
  manifestNoteText,
  type PackContext,
  type PackLeaf,
  type ProvenLeaf,
  packLeaf,
  proofFile,
  sumsText,
} from '@countersign/evidence';
import { Inject, Injectable } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { HttpProblem } from '../http/problem.js';
import { Checkpoints } from '../logs/checkpoints.js';
import { LogProofs } from '../logs/log-tiles.js';
import { StatementSigner } from '../logs/statement-signer.js';
import { PackWriter, WaitingFile } from './pack-writer.js';

/** Leaves that are read at once. Between pages the broker serves other requests. */
const PAGE = 500;
/** Packs that this broker makes at once. Few, because each reads a whole period. */
const MAX_AT_ONCE = 2;

type Sink = (bytes: Uint8Array) => Promise<void>;

/** A log at the size of the checkpoint in the pack. `note` is that signed checkpoint. */
interface ProvingLog {
  log: string;
  epoch: number;
  size: number;
  note: string;
}

/** Everything that is read before the first byte of the archive is sent, so that an error up to then is an ordinary answer. */
interface Prepared {
  context: PackContext;
  own: ProvingLog;
  deploymentNote: string;
  statement: string;
}

/** Makes evidence packs. */
@Injectable()
export class EvidencePacks {
  readonly #making = new Set<string>();

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly checkpoints: Checkpoints,
    private readonly proofs: LogProofs,
    private readonly statements: StatementSigner,
  ) {}

  /**
   * Makes the pack of a period and writes the archive. It contains the values that the tenant may see, also if an auditor of the
   * vendor downloads it, so they can give it to the customer. Leaves are read and written page by page, so memory does not grow
   * with the period.
   *
   * @param begin called before the first byte; returns the function that receives the bytes
   * @throws AccessError `forbidden`, `not_found`, `invalid_request`, `pruned`; HttpProblem `rate_limited`, `log_inconsistent`. All
   *   of them before `begin`
   */
  async make(
    principal: Principal,
    tenant: string,
    query: { period: string; seed?: string | undefined },
    begin: (period: ReportPeriod) => Sink,
  ): Promise<void> {
    const period = await requireEvidencePeriod(this.deps, principal, tenant, query.period);
    if (this.#making.has(tenant) || this.#making.size >= MAX_AT_ONCE)
      throw new HttpProblem(
        'rate_limited',
        'Another evidence pack is being made. Try again when it is done.',
      );
    this.#making.add(tenant);
    try {
      const prepared = await this.prepare(principal, tenant, period, query.seed);
      await this.write(principal, prepared, begin(period));
    } finally {
      this.#making.delete(tenant);
    }
  }

  private async prepare(
    principal: Principal,
    tenant: string,
    period: ReportPeriod,
    seed: string | undefined,
  ): Promise<Prepared> {
    const { span, facts } = await readStatement(this.deps, principal, tenant, period);
    const { note: statement, size, root, madeAt } = await this.statements.sign(tenant, span, facts);
    const stated = JSON.parse(statement.split('\n')[1] ?? '') as StatementBody;
    const own = provingLog(tenant, stated.checkpoint);
    const deploymentNote = (await this.checkpoints.signIfGrown(DEPLOYMENT_SLUG)).note;
    const deployment = provingLog(DEPLOYMENT_SLUG, deploymentNote);
    const leaves = await evidenceLeaves(this.deps, principal, tenant, period, {
      own: size,
      deployment: deployment.size,
    });
    const context = {
      ...{ deployment: this.deps.store.deployment, tenant, period, madeAt, size, root, range: leaves.range },
      ...{ seed: seed ?? defaultSeed(root), statement: stated },
      earlier: await this.provenLeaves(principal, tenant, own, leaves.earlier),
      deploymentLeaves: await this.provenLeaves(principal, tenant, deployment, leaves.deployment),
    };
    return { context, own, deploymentNote, statement };
  }

  private async write(principal: Principal, prepared: Prepared, sink: Sink): Promise<void> {
    const { context, own } = prepared;
    const pack = new PackWriter(sink);
    const derived = new DerivedFiles(this.deps.hashing, context);
    const waiting = derived.names.map((name) => new WaitingFile(name));
    try {
      const append = async (texts: readonly string[]) => {
        for (const [at, text] of texts.entries()) if (text !== '') await waiting[at]?.append(text);
      };
      await append(derived.begin());
      await pack.stream(FILES.leaves, async (line) => {
        for await (const leaf of this.rangeLeaves(context)) {
          await line(leafLine(leaf));
          await append(derived.take(leaf));
        }
      });
      await append(derived.end());
      await pack.text(FILES.range, await this.rangeProof(principal, own, context));
      await pack.text(FILES.checkpoint, own.note);
      await pack.text(FILES.earlier, context.earlier.map(leafLine).join(''));
      await pack.text(FILES.deploymentLeaves, context.deploymentLeaves.map(leafLine).join(''));
      await pack.text(FILES.deploymentCheckpoint, prepared.deploymentNote);
      await pack.text(FILES.statement, prepared.statement);
      for (const file of waiting) await pack.waiting(file);
      for (const { index } of derived.sampledLeaves())
        await pack.text(proofFile(index), await this.tlogProof(principal, own, index));
      await this.writeManifest(pack, context);
    } finally {
      for (const file of waiting) await file.close();
    }
  }

  /** The leaves of the range with their values, in order. */
  private async *rangeLeaves({ tenant, range }: PackContext): AsyncGenerator<PackLeaf> {
    for (let at = range.from; at < range.to; ) {
      const limit = Math.min(PAGE, range.to - at);
      const { leaves } = await exportLogAsSide(this.deps, tenant, tenant, { index: at, limit });
      if (leaves.length !== limit || leaves[0]?.index !== at)
        throw new HttpProblem('pruned', 'Leaves of this period were pruned while the pack was made.');
      for (const { index, leaf, personal } of leaves) yield packLeaf(index, leaf, personal);
      at += limit;
      await setImmediate();
    }
  }

  private async provenLeaves(
    principal: Principal,
    tenant: string,
    proving: ProvingLog,
    indices: readonly number[],
  ): Promise<ProvenLeaf[]> {
    const found: ProvenLeaf[] = [];
    for (const index of indices) {
      const { leaves } = await exportLogAsSide(this.deps, tenant, proving.log, { index, limit: 1 });
      const [leaf] = leaves;
      if (leaf === undefined) throw new HttpProblem('pruned', 'A leaf was pruned while the pack was made.');
      const proof = await this.inclusion(principal, proving, index);
      found.push({ ...packLeaf(index, leaf.leaf, leaf.personal), proof: proof.map(encodeBase64) });
    }
    return found;
  }

  private inclusion(principal: Principal, { log, epoch, size }: ProvingLog, index: number) {
    return this.read(principal, log, (events) =>
      this.proofs.hashes(events, { log, epoch }, inclusionSteps(index, size), size),
    );
  }

  private async tlogProof(principal: Principal, own: ProvingLog, index: number): Promise<string> {
    return formatTlogProof({
      index,
      proof: await this.inclusion(principal, own, index),
      checkpoint: own.note,
    });
  }

  private async rangeProof(
    principal: Principal,
    { log, epoch, size }: ProvingLog,
    { range: { from, to } }: PackContext,
  ): Promise<string> {
    const steps = leafRangeSteps(from, to, size);
    const hashes = (which: 'left' | 'proof') =>
      this.read(principal, log, (events) => this.proofs.hashes(events, { log, epoch }, steps[which], size));
    const [left, proof] = [await hashes('left'), await hashes('proof')];
    return `${JSON.stringify({ from, to, left: left.map(encodeBase64), proof: proof.map(encodeBase64) })}\n`;
  }

  private read<T>(principal: Principal, log: string, work: (events: EventReads) => Promise<T>): Promise<T> {
    return readWholeLog(this.deps, principal, log, ({ events }) => work(events));
  }

  private async writeManifest(pack: PackWriter, context: PackContext): Promise<void> {
    await pack.text(FILES.sums, sumsText(pack.files));
    const { deployment, tenant, period, madeAt, seed } = context;
    const { name, from, to } = period;
    const manifest: Manifest = {
      ...{ type: EVIDENCE_TYPE, deployment, tenant, period: { name, from, to }, madeAt, seed },
      files: [...pack.files],
    };
    const json = manifestJson(manifest);
    const hash = createHash('sha256').update(json).digest('hex');
    await pack.text(FILES.manifest, json);
    await pack.text(FILES.note, await this.checkpoints.signText(tenant, manifestNoteText(manifest, hash)));
    await pack.end();
  }
}

function provingLog(log: string, note: string): ProvingLog {
  const { origin, size } = parseCheckpoint(parseNote(note).text);
  return { log, epoch: parseLogOrigin(origin)?.epoch ?? 1, size, note };
}
