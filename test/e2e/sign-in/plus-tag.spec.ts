/** @soak */

import type { OrganisationTenant } from '@countersign/access';
import { MailServer, type ReceivedMail } from '../../fakes/mail-server.js';
import { eventually } from '../../support/eventually.js';
import { onlyInSoak } from '../../support/samples.js';
import { SignedInSite } from '../../support/signed-in-site.js';

const ACME = '/auth/oidc/acme/start';

let site: SignedInSite;
let mail: MailServer;

/** Acme's people sign in at their provider. Globex has none: its people get mailed codes. */
async function start(change: (acme: OrganisationTenant, globex: OrganisationTenant) => void = () => {}) {
  mail = new MailServer();
  await mail.start();
  site = await SignedInSite.start(
    (file) => {
      const [acme, globex] = file.tenants as [OrganisationTenant, OrganisationTenant];
      globex.oidc = null;
      change(acme, globex);
    },
    { smtpUrl: mail.url },
  );
}
afterEach(async () => {
  await site.close();
  await mail.stop();
});

const askForCode = (email: string) =>
  site.browser().post('/auth/code', {
    body: JSON.stringify({ organisation: 'globex', email }),
    headers: { 'content-type': 'application/json' },
  });
const codeTo = (address: string): Promise<ReceivedMail> =>
  eventually(`a code to ${address}`, () => mail.to(address)[0], 20_000);

describe('+tag: the owner of another mailbox under the same name', () => {
  test('a provider that vouches for ann+helpdesk@ does not sign in ann@', async () => {
    await start();
    const browser = site.browser();
    const { headers } = await browser.signIn(ACME, 'helpdesk');
    expect(headers.get('location')).toBe('/sign-in?error=unknown_person&tenant=acme');
    expect(await browser.who()).toBe('unauthenticated');
  });

  onlyInSoak(() => {
    test('no code is mailed to anyone for gwen+helpdesk@', async () => {
      await start();
      expect((await askForCode('gwen+helpdesk@globex.example')).status).toBe(202);
      expect((await askForCode('Gwen@globex.example')).status).toBe(202);
      await codeTo('gwen@globex.example');
      expect(mail.to('gwen@globex.example')).toHaveLength(1);
      expect(mail.to('gwen+helpdesk@globex.example')).toEqual([]);
    });

    test('a person whose own address has a tag signs in and gets mail by exactly that address', async () => {
      await start((acme, globex) => {
        acme.people.find(({ name }) => name === 'Ann')!.email = 'Ann+work@acme.example';
        globex.people.find(({ name }) => name === 'Gwen')!.email = 'gwen+work@globex.example';
      });
      const browser = site.browser();
      // Without the tag it is another mailbox.
      expect((await browser.signIn(ACME, 'ann')).headers.get('location')).toContain('error=unknown_person');
      await browser.signIn(ACME, 'ann-work');
      // They are counted by the normalised form.
      expect(await browser.who()).toBe('ann@acme.example');
      await askForCode('gwen@globex.example');
      await askForCode('gwen+work@globex.example');
      await codeTo('gwen+work@globex.example');
      expect(mail.to('gwen@globex.example')).toEqual([]);
    });
  });
});
