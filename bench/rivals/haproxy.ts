import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.js';
import { folderWith, onPath, startOnPort } from '../support/foreign.js';
import type { Rival, RivalSetup } from './rival.js';

/**
 * HAProxy (2.5 or later) on one thread, as its own documentation sets it up for ES256 tokens: it verifies the signature, checks
 * issuer, audience and time, and routes `/billing/` by its path. It needs no root. It has no revocation, no scope, no budget and no
 * record.
 */
export const haproxy: Rival = {
  ...{ name: 'HAProxy jwt_verify', needs: 'haproxy', verifies: true },
  start: (setup) => startWith(setup, 'always'),
};

/** The same, but no connection to the upstream carries calls of two clients. */
export const haproxyApart: Rival = {
  ...{ name: 'HAProxy jwt_verify, http-reuse never', needs: 'haproxy', verifies: true },
  start: (setup) => startWith(setup, 'never'),
};

async function startWith(setup: RivalSetup, reuse: 'always' | 'never') {
  const program = onPath('haproxy');
  if (program === undefined) return undefined;
  const port = await freePort();
  const folder = await folderWith(setup.closing, (at) => ({
    'broker.pem': setup.pem,
    'haproxy.cfg': configuration(setup, port, join(at, 'broker.pem'), reuse),
  }));
  return startOnPort(program, port, ['-db', '-q', '-f', join(folder, 'haproxy.cfg')], setup.closing);
}

const configuration = (
  { issuer, audience, upstream }: RivalSetup,
  port: number,
  pem: string,
  reuse: 'always' | 'never',
): string => `
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
  http-reuse ${reuse}
  http-request replace-path /billing(/.*) \\1
  http-request del-header authorization
  server upstream ${upstream}
`;
