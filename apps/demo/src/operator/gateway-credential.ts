import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeGatewayCredential,
  encodeGatewayCredential,
  type GatewayCredential,
} from '@countersign/gateway-protocol';
import { z } from 'zod';
import type { RunVerb } from './host-verb.js';

const NAME = 'demo';

const gatewayRow = z.object({ id: z.string(), name: z.string(), revokedAt: z.string().nullable() });
const gatewayRows = z
  .array(gatewayRow)
  .or(z.object({ items: z.array(gatewayRow) }).transform((list) => list.items));
const enrolment = z.object({ credential: z.string() });

export type DemoGateway = { id: string; credentialFile: string };

/**
 * The demo's gateway, enrolled once; its credential is kept in the data folder, readable by this user alone.
 * A credential that the store does not know, or no longer (another database, a revoked gateway), is replaced by
 * a new enrolment; one that names another address of the broker is written anew with the right one.
 */
export async function enrolGateway(runVerb: RunVerb, dataDir: string, broker: string): Promise<DemoGateway> {
  const credentialFile = join(dataDir, 'gateway-credential');
  const active = gatewayRows
    .parse(await runVerb(['gateways', 'list']))
    .filter((gateway) => gateway.revokedAt === null);
  const kept = readCredential(credentialFile);
  if (kept !== undefined && active.some((gateway) => gateway.id === kept.gateway)) {
    if (kept.broker !== broker) writeSecret(credentialFile, encodeGatewayCredential({ ...kept, broker }));
    return { id: kept.gateway, credentialFile };
  }
  // Nobody holds the credential of an earlier enrolment any more: it should open nothing either.
  for (const lost of active.filter((gateway) => gateway.name === NAME)) {
    await runVerb(['gateways', 'revoke', lost.id]);
  }
  const { credential } = enrolment.parse(await runVerb(['gateways', 'enroll', NAME]));
  writeSecret(credentialFile, credential);
  return { id: decodeGatewayCredential(credential).gateway, credentialFile };
}

function readCredential(file: string): GatewayCredential | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return decodeGatewayCredential(readFileSync(file, 'utf8').trim());
  } catch {
    return undefined;
  }
}

/** Written beside and renamed: a crash leaves the old credential or the new one, never half of one. */
function writeSecret(file: string, text: string): void {
  writeFileSync(`${file}.new`, `${text}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
