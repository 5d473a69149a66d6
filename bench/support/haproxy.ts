import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../test/support/eventually.js';
import { freePort } from '../../test/support/free-port.js';
import { isReady } from '../../test/support/program.js';
import { removeFolder, tempFolder } from '../../test/support/temp-folder.js';
import type { Closing } from './closing.js';
import { startForeign } from './foreign.js';

/** What a token has to say, and the public key that says it is true. */
type TokenRules = { issuer: string; audience: string; key: JsonWebKey };

/**
 * Starts HAProxy (2.5 or later) on one thread before an upstream, as its own documentation sets it up for ES256 tokens: it
 * verifies the signature, holds issuer, audience and time, and routes `/billing/` by its path. It needs no root.
 */
export async function startHaproxy(
  program: string,
  upstream: string,
  rules: TokenRules,
  closing: Closing,
): Promise<{ pid: number; origin: string }> {
  const folder = await tempFolder('haproxy');
  closing.add(() => removeFolder(folder));
  const port = await freePort();
  const pem = join(folder, 'broker.pem');
  writeFileSync(
    pem,
    createPublicKey({ key: rules.key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }),
  );
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration({ ...rules, pem, port, upstream: new URL(upstream).host }));
  const child = startForeign(program, ['-db', '-q', '-f', file], closing);
  const origin = `http://127.0.0.1:${port}`;
  await eventually('HAProxy answers', () => isReady(`${origin}/ready`));
  return { pid: child.pid as number, origin };
}

type Configured = Omit<TokenRules, 'key'> & { pem: string; port: number; upstream: string };

const configuration = ({ issuer, audience, pem, port, upstream }: Configured): string => `
global
  nbthread 1
  maxconn 4096

defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s

frontend calls
  bind 127.0.0.1:${port}
  http-request return status 200 if { path /ready }
  http-request deny deny_status 401 unless { req.hdr(authorization) -m found }
  http-request set-var(txn.alg) http_auth_bearer,jwt_header_query('$.alg')
  http-request set-var(txn.iss) http_auth_bearer,jwt_payload_query('$.iss')
  http-request set-var(txn.aud) http_auth_bearer,jwt_payload_query('$.aud')
  http-request set-var(txn.exp) http_auth_bearer,jwt_payload_query('$.exp','int')
  http-request set-var(txn.now) date()
  http-request deny deny_status 401 unless { var(txn.alg) -m str ES256 }
  http-request deny deny_status 401 unless { var(txn.iss) -m str "${issuer}" }
  http-request deny deny_status 401 unless { var(txn.aud) -m str "${audience}" }
  http-request deny deny_status 401 if { var(txn.exp),sub(txn.now) -m int lt 0 }
  http-request deny deny_status 401 unless { http_auth_bearer,jwt_verify(txn.alg,"${pem}") 1 }
  use_backend billing if { path_beg /billing/ }

backend billing
  http-reuse always
  http-request replace-path /billing(/.*) \\1
  http-request del-header authorization
  server upstream ${upstream}
`;
