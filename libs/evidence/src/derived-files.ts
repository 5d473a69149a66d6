import type { Hashing } from '@countersign/contract';
import { controlsCsv, controlsHtml } from './control-mapping.js';
import type { PackContext } from './pack-context.js';
import type { PackLeaf } from './pack-leaf.js';
import { readme } from './readme.js';
import { SamplePart } from './sample.js';
import { exceptionsPart } from './tables/exceptions.js';
import { type Part, readableJson, textPart } from './tables/part.js';
import { policyPart } from './tables/policy-versions.js';
import { populationParts } from './tables/population.js';
import {
  accessReviewsPart,
  coverageYaml,
  isolationPart,
  standingPart,
} from './tables/reviews-and-statements.js';

/**
 * The files that are computed from the leaves and the context alone. The broker writes them. The verifier computes them again and
 * compares, so they cannot say anything that the log does not say.
 */
export class DerivedFiles {
  readonly #parts: readonly Part[];
  readonly #sample: SamplePart;

  constructor(hashing: Hashing, context: PackContext) {
    const { parts: population, calls } = populationParts(context);
    const exceptions = exceptionsPart(context);
    this.#sample = new SamplePart(hashing, context);
    const tables = {
      ...population,
      policy: policyPart(context),
      accessReviews: accessReviewsPart(context),
      standing: standingPart(context),
      isolation: isolationPart(context),
    };
    const summary = () =>
      readableJson({
        ...{ tenant: context.tenant, deployment: context.deployment, period: context.period },
        ...{ madeAt: context.madeAt, log: { ...context.range, size: context.size, root: context.root } },
        rows: Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.count])),
        calls: { allowed: calls.allowed, refused: calls.refused },
        exceptions: Object.fromEntries([...exceptions.counts].sort(([a], [b]) => (a < b ? -1 : 1))),
        sample: this.#sample.sizes,
        statement: {
          accesses: context.statement.count,
          isComplete: context.statement.exceptions.length === 0,
        },
      });
    this.#parts = [
      ...Object.values(tables),
      exceptions.part,
      this.#sample,
      textPart('coverage.yaml', () => coverageYaml(context)),
      textPart('controls.csv', controlsCsv),
      textPart('controls.html', () => controlsHtml(context)),
      textPart('README.txt', () => readme(context)),
      // Last: it counts what the others have written.
      textPart('summary.json', summary),
    ];
  }

  /** Names of the files, in their order in the pack. */
  get names(): string[] {
    return this.#parts.flatMap(({ files }) => files);
  }

  /** The beginning of each file. This method, `take` and `end` return one text for each file, in the order of `names`. */
  begin(): string[] {
    return this.#parts.flatMap((part) => part.begin());
  }

  /** Processes the next leaf of the range. @returns the text to append to each file */
  take(leaf: PackLeaf): string[] {
    return this.#parts.flatMap((part) => part.take(leaf));
  }

  /** To be called after the last leaf. @returns the rest of each file */
  end(): string[] {
    return this.#parts.flatMap((part) => part.end());
  }

  /** The leaves that the sample shows; complete only after `end`. The pack has a proof of each. */
  sampledLeaves(): PackLeaf[] {
    return this.#sample.leaves();
  }
}
