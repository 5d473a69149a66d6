import { existsSync, readFileSync } from 'node:fs';
import type { Organisation } from '@countersign/access';
import { domains } from './checks/domains.js';
import { duplicates } from './checks/duplicates.js';
import { canaries, names, people, servedTenants, slackMatching } from './checks/people.js';
import { routes } from './checks/routes.js';
import { accessRules, actions, controlRules, controls, supervision } from './checks/rules.js';
import { signals } from './checks/signals.js';
import { sizes } from './checks/sizes.js';
import { toOrganisation } from './convert.js';
import { readYaml, type YamlFile } from './document.js';
import { withImportedRoutes } from './imported-routes.js';
import { type Finding, findingsOf, type OrganisationProblem, pointerOf } from './problem.js';
import { type Readable, readableParts } from './readable.js';
import { organisationFile } from './schema.js';
import { warningsOf } from './warnings.js';

export type ParsedOrganisation =
  | {
      organisation: Organisation;
      /** The file with the vendor's list of ways to customers' data. The caller reads it; absent: none. */
      coverageFile?: string;
      warnings: OrganisationProblem[];
      problems?: undefined;
    }
  | { problems: OrganisationProblem[]; organisation?: undefined; warnings?: undefined };

/** Each check looks for one kind of mistake in the whole file. */
const CHECKS: readonly ((parts: Readable) => Finding[])[] = [
  names,
  duplicates,
  slackMatching,
  signals,
  servedTenants,
  canaries,
  people,
  domains,
  routes,
  actions,
  accessRules,
  controls,
  controlRules,
  supervision,
  sizes,
];

/**
 * Parses an organisation file (docs/contract.md, Organisation file). It is valid, or every problem is reported at once,
 * in the order of the file. Never throws, whatever the text.
 *
 * @param text YAML 1.2 or JSON, at most 16 MiB
 * @param fileExists whether a secret file exists; a missing one is a warning
 * @param readDescription the text of the OpenAPI description that a service names; throws if it cannot be read
 */
export function parseOrganisation(
  text: string,
  fileExists: (path: string) => boolean = existsSync,
  readDescription: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): ParsedOrganisation {
  const yaml = readYaml(text);
  if (!yaml.ok) return { problems: yaml.problems };
  const { value, problems, warnings } = withImportedRoutes(yaml.value, readDescription);
  const parsed = organisationFile.safeParse(value, { reportInput: true });
  const parts = readableParts(value);
  const findings = [
    ...problems,
    ...(parsed.error?.issues ?? []).flatMap(findingsOf),
    ...CHECKS.flatMap((check) => check(parts)),
  ];
  if (findings.length > 0 || !parsed.success) return { problems: addLines(findings, yaml) };
  const organisation = toOrganisation(parsed.data);
  const { coverageFile } = parsed.data.vendor;
  return {
    organisation,
    ...(coverageFile === undefined ? {} : { coverageFile }),
    warnings: addLines([...warningsOf(organisation, fileExists), ...warnings], yaml),
  };
}

/** Adds line numbers, drops duplicates that two checks found, and sorts by the order of the file. */
function addLines(findings: Finding[], yaml: YamlFile): OrganisationProblem[] {
  const problems = new Map<string, OrganisationProblem>();
  for (const { path, detail } of findings) {
    const line = yaml.lineOf(path);
    const problem = { pointer: pointerOf(path), detail, ...(line === undefined ? {} : { line }) };
    problems.set(`${problem.pointer} ${detail}`, problem);
  }
  return [...problems.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
