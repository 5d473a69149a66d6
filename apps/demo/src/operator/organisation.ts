import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Organisation } from '@countersign/access';
import { parseOrganisation } from '@countersign/config';
import { parseDocument } from 'yaml';
import { type DemoEnvironment, DemoError } from '../environment.js';
import type { RunVerb } from './run-verb.js';

type Locations = Pick<DemoEnvironment, 'serviceUrl' | 'identityUrl' | 'dataDir'> & {
  ports: Pick<DemoEnvironment['ports'], 'gateway'>;
};

/** The demo's organisation file, with the real addresses of data service and provider, and the real paths of secrets. */
export function organisationText({ serviceUrl, identityUrl, dataDir, ports }: Locations): string {
  const text = readFileSync(join(packageRoot(), 'apps/demo/organisation.yaml'), 'utf8');
  const document = parseDocument(text);
  let changed = false;
  const set = (path: (string | number)[], value: string) => {
    if (document.getIn(path) === value) return;
    document.setIn(path, value);
    changed = true;
  };
  set(['services', 0, 'upstream'], serviceUrl);
  set(['services', 0, 'origin'], `http://billing.localhost:${ports.gateway}`);
  const coverage = join(packageRoot(), 'apps/demo/coverage.yaml');
  if (resolve(String(document.getIn(['vendor', 'coverageFile']))) !== coverage)
    set(['vendor', 'coverageFile'], coverage);
  const { tenants } = document.toJS() as { tenants: unknown[] };
  for (const side of [['vendor'], ...tenants.map((_tenant, index) => ['tenants', index])]) {
    const file = document.getIn([...side, 'oidc', 'clientSecretFile']);
    if (typeof file !== 'string') continue;
    set([...side, 'oidc', 'issuer'], identityUrl);
    const path = join(dataDir, basename(file));
    if (resolve(file) !== path) set([...side, 'oidc', 'clientSecretFile'], path);
  }
  // The comments of the file survive if nothing had to change.
  return changed ? document.toString({ lineWidth: 0 }) : text;
}

/** @throws DemoError `invalid_organisation`, after a mistake in the demo's own file */
export function readOrganisation(text: string): Organisation {
  const { organisation, problems } = parseOrganisation(text);
  if (organisation !== undefined) return organisation;
  const details = problems.map(({ pointer, detail }) => `${pointer}: ${detail}`);
  throw new DemoError('invalid_organisation', details.join('; '));
}

/**
 * Applies the file if it has changed since this folder was last started. Otherwise changes that someone made with
 * `countersign apply` stay.
 * @param fresh the database was made just now
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
 * The folder of the nearest package.json above this file, both for the sources and for `dist`. The compiler does not copy
 * YAML, so it is read from the sources.
 */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new DemoError('broken_install', 'there is no package.json above the demo');
    folder = parent;
  }
  return folder;
}
