import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import type { Organisation } from '@countersign/access';

/** The secrets that broker and demo provider share, one a side: made once, readable by this user alone. */
export function makeOidcSecrets({ vendor, tenants }: Organisation): void {
  for (const { oidc } of [vendor, ...tenants])
    if (oidc !== null && !existsSync(oidc.clientSecretFile))
      writeFileSync(oidc.clientSecretFile, `${randomBytes(32).toString('base64url')}\n`, {
        mode: 0o600,
        flag: 'wx',
      });
}
