import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Organisation } from '@countersign/access';
import { parseOrganisation } from '@countersign/config';
import { parseDocument } from 'yaml';
import { DemoError } from '../demo-error.js';
import { packageRoot } from '../package-root.js';
import type { RunVerb } from './host-verb.js';

/** The demo's organisation file, with the data service where it really listens. */
export function organisationText(serviceUrl: string): string {
  const text = readFileSync(join(packageRoot(), 'apps/demo/organisation.yaml'), 'utf8');
  const document = parseDocument(text);
  if (document.getIn(['services', 0, 'upstream']) === serviceUrl) return text;
  document.setIn(['services', 0, 'upstream'], serviceUrl);
  return document.toString({ lineWidth: 0 });
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
