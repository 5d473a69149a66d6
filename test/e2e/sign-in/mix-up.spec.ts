/** @soak */

import { onlyInSoak } from '../../support/samples.js';
import { PUBLIC_URL, SignedInSite } from '../../support/signed-in-site.js';

const ACME = '/auth/oidc/acme/start';
const GLOBEX = '/auth/oidc/globex/start';

let site: SignedInSite;
beforeEach(async () => {
  site = await SignedInSite.start();
  for (const provider of [site.own, site.foreign]) provider.omitsIssuer = true;
});
afterEach(() => site.close());

/**
 * OAuth mix-up (RFC 9700 §4.4.1): Globex's provider is malicious. It redirects Ada of Acme, whose browser began a sign-in at
 * Globex, to Acme's own provider, with the nonce and the PKCE challenge of an attempt in the attacker's browser. If the
 * broker then sends Ada's code to Globex's token endpoint, the attacker can finish that attempt as Ada.
 *
 * @param change what the malicious provider alters in the attacker's authorization request, besides the state
 * @returns the codes that reached the malicious token endpoint, and the attacker's attempt
 */
async function attack(change: (request: URL) => void = () => {}) {
  const attacker = site.browser();
  const began = await attacker.begin(ACME);
  const codes: string[] = [];
  site.foreign.intercept = (request, response) => {
    const url = new URL(request.url ?? '/', site.foreign.issuer);
    if (url.pathname === '/auth') {
      const to = new URL(began);
      to.searchParams.set('state', url.searchParams.get('state') ?? '');
      change(to);
      response.writeHead(303, { location: to.href }).end();
      return true;
    }
    if (url.pathname !== '/token') return false;
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      codes.push(new URLSearchParams(body).get('code') ?? '');
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
    });
    return true;
  };
  const ada = site.browser();
  const outcome = await ada.signIn(GLOBEX, 'ada').catch((error: unknown) => error as Error);
  return { attacker, began, ada, codes, outcome };
}

describe('mix-up: a malicious customer’s provider sends a victim to the victim’s own provider', () => {
  test('the victim’s code never reaches the malicious provider, and the attacker is not signed in', async () => {
    const { attacker, began, ada, codes, outcome } = await attack();
    // As the attacker would: each stolen code in the answer to the attacker's own attempt.
    for (const code of codes) {
      const answer = new URL(began.searchParams.get('redirect_uri') ?? '');
      answer.searchParams.set('code', code);
      answer.searchParams.set('state', began.searchParams.get('state') ?? '');
      await attacker.send(answer);
    }
    expect(await attacker.who()).toBe('unauthenticated');
    expect(await ada.who()).toBe('unauthenticated');
    expect(codes).toEqual([]);
    const location = 'headers' in outcome ? outcome.headers.get('location') : outcome.message;
    expect(location).toBe('/sign-in?error=wrong_callback&tenant=acme');
  });

  onlyInSoak(() => {
    test('an honest provider refuses the callback address of another side', async () => {
      const { ada, codes, outcome } = await attack((request) =>
        request.searchParams.set('redirect_uri', `${PUBLIC_URL}/auth/oidc/globex/callback`),
      );
      expect(outcome).toMatchObject({ status: 400, url: { origin: site.own.issuer } });
      expect(codes).toEqual([]);
      expect(await ada.who()).toBe('unauthenticated');
    });
  });
});
