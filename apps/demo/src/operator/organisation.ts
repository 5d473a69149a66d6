import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Organisation } from '@countersign/access';
import { parseOrganisation } from '@countersign/config';
import { parseDocument } from 'yaml';
import { type DemoEnvironment, DemoError } from '../environment.js';
import type { RunVerb } from './host-verb.js';

type Places = Pick<DemoEnvironment, 'serviceUrl' | 'identityUrl' | 'dataDir'>;

/** The demo's organisation file, with data service, provider and secrets where they really are. */
export function organisationText({ serviceUrl, identityUrl, dataDir }: Places): string {
  const text = readFileSync(join(packageRoot(), 'apps/demo/organisation.yaml'), 'utf8');
  const document = parseDocument(text);
  let moved = false;
  const set = (path: (string | number)[], value: string) => {
    if (document.getIn(path) === value) return;
    document.setIn(path, value);
    moved = true;
  };
  set(['services', 0, 'upstream'], serviceUrl);
  const { tenants } = document.toJS() as { tenants: unknown[] };
  for (const side of [['vendor'], ...tenants.map((_tenant, index) => ['tenants', index])]) {
    const file = document.getIn([...side, 'oidc', 'clientSecretFile']);
    if (typeof file !== 'string') continue;
    set([...side, 'oidc', 'issuer'], identityUrl);
    const place = join(dataDir, basename(file));
    if (resolve(file) !== place) set([...side, 'oidc', 'clientSecretFile'], place);
  }
  return moved ? document.toString({ lineWidth: 0 }) : text;
}

/** @throws DemoError `invalid_organisation`, which only somebody who edits the demo's file can meet */
export function readOrganisation(text: string): Organisation {
  const { organisation, problems } = parseOrganisation(text);
  if (organisation !== undefined) return organisation;
  const told = problems.map((problem) => `${problem.pointer}: ${problem.detail}`).join('; ');
  throw new DemoError('invalid_organisation', told);
}

/**
 * Applies the file when it has changed since this folder last saw it, and not otherwise: what somebody has
 * changed since by `countersign apply` stays.
 */
export async function applyOrganisation(
  runVerb: RunVerb,
  dataDir: string,
  organisation: string,
  fresh: boolean,
): Promise<void> {
  const file = join(dataDir, 'organisation.yaml');
  const stamp = join(dataDir, 'organisation.applied');
  const digest = createHash('sha256').update(organisation).digest('hex');
  if (!fresh && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  writeFileSync(file, organisation, { mode: 0o600 });
  await runVerb(['apply', '-f', file]);
  writeFileSync(stamp, digest, { mode: 0o600 });
}

/**
 * The folder of the nearest package.json above this file: the repository, whether this runs from the sources
 * or from `dist`. The compiler copies no YAML, so what is not code is read from there.
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new DemoError('broken_install', 'no package.json stands above the demo');
    folder = above;
  }
  return folder;
}
