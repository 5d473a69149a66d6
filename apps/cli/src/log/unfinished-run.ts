import { unlink } from 'node:fs/promises';
import { nodeHashing } from '@countersign/authorization';
import { canonicalJson, sha256Digest } from '@countersign/contract';
import type { InterruptedReplay } from '@countersign/log-verifier';
import { productVersion } from '@countersign/runtime';
import { z } from 'zod';
import type { Context } from '../command/context.js';
import { cannotWriteError } from '../command/errors.js';
import { isMissing, readIfThere } from './log-source.js';
import { isFault, pointSchema, saveFile } from './verification.js';

/** At least this many leaves are read between two saves. */
const SAVE_EVERY = 4_096;
/** After a save, no other one begins for this many times as long as it took. */
const SAVING_SHARE = 20;

const interruptedSchema = z.strictObject({
  v: z.int(),
  checkpoints: z.strictObject({ tenant: z.string(), deployment: z.string() }),
  point: pointSchema,
  deployment: pointSchema,
  state: z.string(),
});

const fileSchema = z.strictObject({ run: z.string(), kept: z.string(), digest: z.string() });

/**
 * What a run of "log verify --state FILE" keeps in `FILE.partial` until it ends, so that it can be interrupted at any moment.
 * The file is replaced as a whole. A run that goes on from it hashes every leaf and tile again.
 *
 * The file counts only for the same version of the program, place, keys, options and state file. A file of another run, or a
 * damaged one, is ignored with a note. The file is deleted
 * - when a run has succeeded, after the state file was written,
 * - when what it leads to does not verify: then a run from the beginning decides,
 * - when a run from the beginning finds a fault.
 *
 * It stays if it verifies and the log does not continue it (`replayResumably`), so that each further run finds that fault too.
 */
export class UnfinishedRun {
  readonly #file: string;
  #run = '';
  #savedAt: number | undefined;
  #notBefore = 0;
  /** The leaf at which this run went on; null if it began where a run without the file does. */
  resumedAt: number | null = null;

  /** @param stateFile of `--state` */
  constructor(
    private readonly context: Context,
    stateFile: string,
  ) {
    this.#file = `${stateFile}.partial`;
  }

  /**
   * Runs with what an interrupted run has kept. If that finds a fault, it runs once more without it.
   *
   * @param options everything that decides what the run verifies
   * @throws CliError `cannot_open`, `cannot_write` (exit 2); those of `run`
   */
  async resume<T>(
    options: Record<string, unknown>,
    run: (earlier: InterruptedReplay | undefined) => Promise<T>,
  ): Promise<T> {
    this.#run = sha256Digest(nodeHashing, canonicalJson({ version: productVersion(), ...options }));
    const earlier = await this.read();
    if (earlier !== undefined) {
      this.resumedAt = earlier.point.size;
      this.context.note(`Going on at leaf ${this.resumedAt}, where a run was interrupted.`);
      try {
        return await run(earlier);
      } catch (error) {
        if (!isFault(error)) throw error;
        await this.drop();
        this.context.note(
          'The saved progress of the interrupted run does not fit. Verifying from the beginning …',
        );
      }
    }
    this.resumedAt = null;
    this.#savedAt = undefined;
    try {
      return await run(undefined);
    } catch (error) {
      if (isFault(error)) await this.drop();
      throw error;
    }
  }

  /** Saves how far the run has come, if that is worth it. @throws CliError `cannot_write` (exit 2) */
  async save(size: number, now: () => Promise<InterruptedReplay>): Promise<void> {
    this.#savedAt ??= size;
    if (size - this.#savedAt < SAVE_EVERY || performance.now() < this.#notBefore) return;
    const begun = performance.now();
    const text = JSON.stringify(await now());
    await saveFile(this.#file, JSON.stringify({ run: this.#run, kept: text, digest: this.digestOf(text) }));
    this.#savedAt = size;
    this.#notBefore = performance.now() + (performance.now() - begun) * SAVING_SHARE;
  }

  /** The run has ended. @throws CliError `cannot_write` (exit 2) */
  async drop(): Promise<void> {
    try {
      await unlink(this.#file);
    } catch (error) {
      if (!isMissing(error)) throw cannotWriteError(this.#file, error);
    }
  }

  private digestOf(text: string): string {
    return sha256Digest(nodeHashing, canonicalJson([this.#run, text]));
  }

  private async read(): Promise<InterruptedReplay | undefined> {
    const bytes = await readIfThere(this.#file);
    if (bytes === undefined) return undefined;
    try {
      const { run, kept, digest } = fileSchema.parse(JSON.parse(bytes.toString('utf8')));
      if (run !== this.#run) return this.ignore('is of another run: the log, a key or an option differs');
      if (digest === this.digestOf(kept)) return interruptedSchema.parse(JSON.parse(kept));
    } catch {
      // It is damaged, as one whose digest differs.
    }
    return this.ignore('is damaged');
  }

  private ignore(why: string): undefined {
    this.context.note(`${this.#file} ${why}. It is ignored.`);
    return undefined;
  }
}
