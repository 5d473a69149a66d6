import { readFileSync } from 'node:fs';
import type { OidcSettings, Organisation, OrganisationPerson } from '@countersign/access';
import type { DemoEnvironment } from '../environment.js';
import type { Client } from './provider.js';

/** Each side of the organisation that signs in here, with its people: their addresses are verified, as we made them up. */
export function clientsOf(
  { vendor, tenants }: Organisation,
  { identityUrl, publicUrl }: Pick<DemoEnvironment, 'identityUrl' | 'publicUrl'>,
): Client[] {
  const sides: { name: string; oidc: OidcSettings | null; people: OrganisationPerson<string>[] }[] = [
    { name: vendor.name, oidc: vendor.oidc, people: vendor.staff },
    ...tenants,
  ];
  return sides.flatMap(({ name, oidc, people }) => {
    if (oidc?.issuer !== identityUrl) return [];
    return [
      {
        name,
        clientId: oidc.clientId,
        clientSecret: readFileSync(oidc.clientSecretFile, 'utf8').trim(),
        redirectUri: `${publicUrl}/auth/oidc/callback`,
        accounts: people.map(({ email, name: person, roles }) => ({
          sub: email,
          email,
          emailVerified: true,
          name: person,
          note: roles.join(', '),
        })),
      },
    ];
  });
}
