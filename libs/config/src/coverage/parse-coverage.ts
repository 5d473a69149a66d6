import type { Coverage } from '@countersign/access';
import { refuseRepeats, serviceName } from '@countersign/api';
import { COVERAGE_STATES } from '@countersign/contract';
import { z } from 'zod';
import { readYaml } from '../organisation/document.js';
import { findingsOf, type OrganisationProblem, pointerOf } from '../organisation/problem.js';

/** The list is a leaf of the deployment's log as a whole, and a leaf has at most 60 kB. */
const MOST_WAYS = 100;
const MAX_TEXT = 200;

const text = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(MAX_TEXT, `must be at most ${MAX_TEXT} characters`);

const day = z
  .string()
  .refine(
    (value) => /^\d{4}-\d\d-\d\d$/.test(value) && new Date(`${value}T00:00:00Z`).toJSON()?.startsWith(value),
    'must be a day such as 2026-11-24',
  );

const way = z
  .strictObject({
    way: text.describe('The way to customers’ data, such as “Administrators of the database”.'),
    state: z
      .enum(COVERAGE_STATES, { error: `must be one of ${COVERAGE_STATES.join(', ')}` })
      .describe('`open`: nothing controls it.'),
    by: text.optional().describe('What controls it; required for `controlled-elsewhere`.'),
    services: z
      .array(serviceName)
      .min(1, 'must name at least one service, or be left out for all')
      .superRefine(refuseRepeats)
      .optional(),
  })
  .superRefine(({ state, by }, context) => {
    if ((state === 'controlled-elsewhere') !== (by !== undefined))
      context.addIssue({
        code: 'custom',
        path: ['by'],
        message: 'is required for controlled-elsewhere, and only there',
      });
  });

const coverageFile = z.strictObject({
  checkedOn: day.describe('The day on which the list was last checked.'),
  ways: z
    .array(way)
    .min(1, 'must name at least one way')
    .max(MOST_WAYS, `must be at most ${MOST_WAYS} ways`)
    .superRefine((ways, context) => {
      for (const [index, each] of ways.entries())
        if (ways.findIndex((other) => other.way === each.way) < index)
          context.addIssue({ code: 'custom', path: [index, 'way'], message: 'repeats a way' });
    }),
});

export type ParsedCoverage =
  | { coverage: Coverage; problems?: undefined }
  | { problems: OrganisationProblem[]; coverage?: undefined };

/**
 * Parses `coverage.yaml` (docs/contract.md, Coverage file): the vendor's list of every way to customers' data. Never throws; an
 * unknown member is a problem.
 *
 * @param source YAML 1.2 or JSON
 */
export function parseCoverage(source: string): ParsedCoverage {
  const yaml = readYaml(source);
  if (!yaml.ok) return { problems: yaml.problems };
  const parsed = coverageFile.safeParse(yaml.value, { reportInput: true });
  if (parsed.success) {
    const ways = parsed.data.ways.map(({ by, services, ...rest }) => ({
      ...rest,
      ...(by === undefined ? {} : { by }),
      ...(services === undefined ? {} : { services }),
    }));
    return { coverage: { checkedOn: parsed.data.checkedOn, ways } };
  }
  const problems = parsed.error.issues.flatMap(findingsOf).map(({ path, detail }) => {
    const line = yaml.lineOf(path);
    return { pointer: pointerOf(path), detail, ...(line === undefined ? {} : { line }) };
  });
  return { problems };
}

/** The shape of the coverage file as JSON Schema 2020-12. */
export function coverageJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(coverageFile, { io: 'input', reused: 'inline' });
  return {
    $schema,
    $id: 'https://countersign.example/schemas/coverage-v1.json',
    title: 'Countersign coverage file, version 1',
    ...schema,
  };
}
