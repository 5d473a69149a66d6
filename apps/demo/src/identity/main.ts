import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { readDemoEnvironment } from '../environment.js';
import { organisationText, readOrganisation } from '../operator/organisation.js';
import { runServer } from '../run-server.js';
import { clientsOf } from './clients.js';
import { createIdentityProvider, type IdentityOptions } from './provider.js';

/** One key for good: sessions and what brokers know of it outlive a restart. */
function signingKey(dataDir: string): IdentityOptions['signingKey'] {
  const file = join(dataDir, 'oidc-signing-key');
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'demo' };
    writeFileSync(file, JSON.stringify(jwk), { mode: 0o600, flag: 'wx' });
  }
  return JSON.parse(readFileSync(file, 'utf8')) as IdentityOptions['signingKey'];
}

process.umask(0o077);
const demo = readDemoEnvironment(process.env, process.cwd());
const server = createIdentityProvider({
  issuer: demo.identityUrl,
  clients: clientsOf(readOrganisation(organisationText(demo)), demo),
  cookieKeys: [randomBytes(32).toString('base64url')],
  signingKey: signingKey(demo.dataDir),
});
runServer(server, demo.ports.identity, pino({ base: { name: 'identity' } }));
