import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Organisation } from '@countersign/access';
import { parseOrganisation } from '@countersign/config';
import { parseDocument } from 'yaml';
import { DemoError } from '../demo-error.js';
import type { DemoEnvironment } from '../environment.js';
import { packageRoot } from '../package-root.js';
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
