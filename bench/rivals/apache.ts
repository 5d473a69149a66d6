import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.js';
import { folderWith, onPath, startOnPort } from '../support/foreign.js';
import type { Rival, RivalSetup } from './rival.js';

const MODULES = '/usr/lib/apache2/modules';
const LOADED = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'alias', 'proxy', 'proxy_http'];

/** Apache as an OAuth 2.0 resource server: mod_auth_openidc verifies the bearer token with the broker's public key. */
export const apacheOpenidc: Rival = {
  ...{ name: 'Apache mod_auth_openidc', needs: 'apache2-bin libapache2-mod-auth-openidc', verifies: true },
  async start(setup) {
    const program = onPath('apache2');
    if (program === undefined || !existsSync(join(MODULES, 'mod_auth_openidc.so'))) return undefined;
    const port = await freePort();
    const folder = await folderWith(setup.closing, (at) => ({
      'broker.pem': setup.pem,
      ready: 'ready',
      'httpd.conf': configuration(at, port, setup),
    }));
    return startOnPort(program, port, ['-f', join(folder, 'httpd.conf'), '-DFOREGROUND'], setup.closing);
  },
};

const configuration = (
  folder: string,
  port: number,
  { upstream, issuer, audience, jwk }: RivalSetup,
): string => `
ServerName localhost
ServerRoot ${folder}
PidFile ${folder}/httpd.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
LogLevel crit
Listen 127.0.0.1:${port}
${[...LOADED, 'auth_openidc'].map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
User nobody
Group nogroup
StartServers 1
ServerLimit 1
ThreadLimit 160
ThreadsPerChild 160
MaxRequestWorkers 160
MaxConnectionsPerChild 0
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
LimitRequestFieldSize 16384
OIDCOAuthVerifyCertFiles ${jwk['kid']}#${folder}/broker.pem
OIDCOAuthRemoteUserClaim sub
OIDCOAuthAcceptTokenAs header
Alias /ready ${folder}/ready
<Location /ready>
  Require all granted
</Location>
<Location /billing/>
  AuthType oauth20
  <RequireAll>
    Require claim iss:${issuer}
    Require claim aud:${audience}
  </RequireAll>
  ProxyPass http://${upstream}/ keepalive=On
</Location>
`;
