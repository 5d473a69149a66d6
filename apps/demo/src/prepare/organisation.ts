import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../package-root.js';
import type { RunVerb } from './host-verb.js';

const peopleShape = z.object({
  vendor: z.object({
    name: z.string(),
    staff: z.array(z.object({ email: z.string(), name: z.string(), roles: z.array(z.string()) })),
  }),
  tenants: z.array(
    z.object({
      slug: z.string(),
      name: z.string(),
      people: z.array(z.object({ email: z.string(), name: z.string(), roles: z.array(z.string()) })),
    }),
  ),
});

/** Vendor and tenants with their people, as the demo's file names them. */
export type DemoPeople = z.infer<typeof peopleShape>;

/** The demo's organisation file, with the data service where it really listens. */
export function organisationText(serviceUrl: string): string {
  const text = readFileSync(join(packageRoot(), 'apps/demo/organisation.yaml'), 'utf8');
  const document = parseDocument(text);
  if (document.getIn(['services', 0, 'upstream']) === serviceUrl) return text;
  document.setIn(['services', 0, 'upstream'], serviceUrl);
  return document.toString({ lineWidth: 0 });
}

export function readPeople(organisation: string): DemoPeople {
  return peopleShape.parse(parseDocument(organisation).toJS());
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
