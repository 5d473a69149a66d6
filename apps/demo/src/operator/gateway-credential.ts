import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeGatewayCredential,
  encodeGatewayCredential,
  type GatewayCredential,
} from '@countersign/gateway-protocol';
import { z } from 'zod';
import type { RunVerb } from './run-verb.js';

const NAME = 'demo';

const gatewayShape = z.object({ id: z.string(), name: z.string(), revokedAt: z.string().nullable() });
const gatewaysShape = z
  .array(gatewayShape)
  .or(z.object({ items: z.array(gatewayShape) }).transform((list) => list.items));
const enrolmentShape = z.object({ credential: z.string() });

export type DemoGateway = { id: string; credentialFile: string };

/**
 * Enrols the demo's gateway once, and keeps its credential in the data folder for this user alone. If the database does
 * not know the credential (another database, or a revoked gateway), the gateway is enrolled again. If only the broker's
 * address differs, the credential is rewritten with the new address.
 */
export async function enrolGateway(runVerb: RunVerb, dataDir: string, broker: string): Promise<DemoGateway> {
  const credentialFile = join(dataDir, 'gateway-credential');
  const active = gatewaysShape
    .parse(await runVerb(['gateways', 'list']))
    .filter((gateway) => gateway.revokedAt === null);
  const ownCredential = readCredential(credentialFile);
  if (ownCredential !== undefined && active.some((gateway) => gateway.id === ownCredential.gateway)) {
    if (ownCredential.broker !== broker)
      writeSecret(credentialFile, encodeGatewayCredential({ ...ownCredential, broker }));
    return { id: ownCredential.gateway, credentialFile };
  }
  // The credentials of earlier enrolments are lost; revoke them, so that no one who finds one can use it.
  for (const lost of active.filter((gateway) => gateway.name === NAME)) {
    await runVerb(['gateways', 'revoke', lost.id]);
  }
  const { credential } = enrolmentShape.parse(await runVerb(['gateways', 'enroll', NAME]));
  writeSecret(credentialFile, credential);
  return { id: decodeGatewayCredential(credential).gateway, credentialFile };
}

/** Undefined if there is no credential, or none that can be read. */
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
