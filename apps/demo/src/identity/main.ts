import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OidcSettings, Organisation, OrganisationPerson } from '@countersign/access';
import pino from 'pino';
import { type DemoEnvironment, readDemoEnvironment } from '../environment.js';
import { organisationText, readOrganisation } from '../operator/organisation.js';
import { runServer } from '../run-server.js';
import { type Client, createIdentityProvider, type IdentityOptions } from './provider.js';

/** Each side of the organisation that signs in here, and its people. Their invented e-mail addresses count as verified. */
function listClients(
  { vendor, tenants }: Organisation,
  { identityUrl, publicUrl }: DemoEnvironment,
): Client[] {
  type Side = { slug: string; name: string; oidc: OidcSettings | null; people: OrganisationPerson<string>[] };
  const sides: Side[] = [
    { slug: 'vendor', name: vendor.name, oidc: vendor.oidc, people: vendor.staff },
    ...tenants,
  ];
  return sides.flatMap(({ slug, name, oidc, people }) => {
    if (oidc?.issuer !== identityUrl) return [];
    const accounts = people.map((person) => ({
      sub: person.email,
      email: person.email,
      emailVerified: true,
      name: person.name,
      note: person.roles.join(', '),
    }));
    const clientSecret = readFileSync(oidc.clientSecretFile, 'utf8').trim();
    const redirectUri = `${publicUrl}/auth/oidc/${slug}/callback`;
    return [{ name, clientId: oidc.clientId, clientSecret, redirectUri, accounts }];
  });
}

/** The provider keeps one signing key, because brokers remember it across restarts. */
function readSigningKey(dataDir: string): IdentityOptions['signingKey'] {
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
  clients: listClients(readOrganisation(organisationText(demo)), demo),
  cookieKeys: [randomBytes(32).toString('base64url')],
  signingKey: readSigningKey(demo.dataDir),
});
runServer(server, demo.ports.identity, pino({ base: { name: 'identity' } }));
