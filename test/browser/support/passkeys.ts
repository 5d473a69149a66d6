import type { CDPSession, Page } from 'playwright-core';
import { PEOPLE, type Who } from './browser-site.js';

/** Adds a platform authenticator to this page's browser. It stores keys and verifies its user. */
export async function platformAuthenticator(
  page: Page,
): Promise<{ cdp: CDPSession; authenticatorId: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, authenticatorId };
}

/** A platform authenticator inside this page's browser, which verifies its user by default. */
export class VirtualAuthenticator {
  private constructor(
    private readonly cdp: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async in(page: Page): Promise<VirtualAuthenticator> {
    const { cdp, authenticatorId } = await platformAuthenticator(page);
    return new VirtualAuthenticator(cdp, authenticatorId);
  }

  /** Whether user verification succeeds. False stands for an unknown finger or a closed prompt. */
  async verifies(isUserVerified: boolean): Promise<void> {
    const { authenticatorId } = this;
    await this.cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  }

  /** The number of signatures that its keys have made. */
  async signatures(): Promise<number> {
    const { authenticatorId } = this;
    const { credentials } = await this.cdp.send('WebAuthn.getCredentials', { authenticatorId });
    return credentials.reduce((sum, { signCount }) => sum + signCount, 0);
  }
}

/** The person proves again who they are, at their provider, as making a key requires. They return to the page. */
export async function signInAgain(page: Page, who: Who = 'ada'): Promise<void> {
  const { pathname } = new URL(page.url());
  await page.getByRole('button', { name: 'Sign in again' }).click();
  await page.getByRole('button', { name: PEOPLE[who].email }).click();
  await page.waitForURL((url) => url.pathname === pathname);
}

/**
 * Ada claims Acme on the claim page: a passkey, a recovery key, the rules, her signature.
 *
 * @param says what the page says before she signs
 */
export async function claimOrganisation(page: Page, says?: string): Promise<void> {
  await page.getByRole('link', { name: 'Claim your organisation' }).click();
  await signInAgain(page);
  await page.getByRole('button', { name: 'Make a passkey' }).click();
  await page.getByText('You have a passkey.').waitFor();
  await page.getByRole('button', { name: 'Make a recovery key' }).click();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByText('You have a backup.').waitFor();
  if (says !== undefined) await page.getByText(says).waitFor();
  await page.getByRole('button', { name: 'Sign with passkey' }).click();
  await page.getByText('Claimed. From now on your passkeys decide.').waitFor();
}

export interface Assertion {
  credential: string;
  authenticatorData: string;
  clientDataJSON: string;
  signature: string;
}

/** Signs without any of our checks, as a malicious page could, at the origin of `page`. */
export function assertionAt(
  page: Page,
  challenge: string,
  credential: string,
  userVerification: 'required' | 'discouraged' = 'required',
): Promise<Assertion> {
  const [wanted, id] = [challenge, credential].map((text) => JSON.stringify(text));
  return page.evaluate<Assertion>(`(async () => {
    const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    const { id, response } = await navigator.credentials.get({ publicKey: {
      challenge: bytes(${wanted}), rpId: 'localhost', userVerification: '${userVerification}',
      allowCredentials: [{ type: 'public-key', id: bytes(${id}) }],
    } });
    return {
      credential: id,
      authenticatorData: text(response.authenticatorData),
      clientDataJSON: text(response.clientDataJSON),
      signature: text(response.signature),
    };
  })()`);
}

/** Calls the API as the page's own scripts do. @returns the answer's status and body */
export function fromPage(
  page: Page,
  path: string,
  body: unknown,
): Promise<{ status: number; body: { code?: string; pointer?: string } }> {
  const request = JSON.stringify({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return page.evaluate(
    `fetch(${JSON.stringify(path)}, ${request}).then(async (answer) => ({ status: answer.status, body: await answer.json() }))`,
  );
}
