import { HeaderList } from '../http/header-list.js';
import { BrowserGrants } from './browser-grants.js';

const SESSION = `grt_${'0'.repeat(36)}.${'s'.repeat(43)}`;
const CLAIMS = {
  tenant: 'acme',
  grant_id: 'grt_1',
  terms: { scope: [{ resource: 'invoices/*', actions: ['read', 'list'] }] },
};
const request = {
  method: 'GET',
  service: 'billing',
  origin: 'https://billing.gw.example',
  headers: HeaderList.read([
    ['cookie', `__Host-countersign-session=${SESSION}`],
    ['sec-fetch-site', 'same-origin'],
  ]),
};

/** A gateway at which every grant is open. Counts the tokens that it requests from the broker. */
function gateway() {
  const asked = { tokens: 0 };
  const grants = new BrowserGrants({
    sessions: {
      token: () => {
        asked.tokens += 1;
        return { token: 'a token' };
      },
      release: () => Promise.resolve('unreachable' as const),
    },
    authorizer: {
      service: () => ({}) as never,
      verifyText: () => ({ ok: true, claims: CLAIMS, kid: 'key-1' }) as never,
      waitForGrant: () => undefined,
      accessOf: () => ({ endsAt: 90_000 }),
    },
    refusals: { unverified: () => undefined },
    issuer: () => 'https://broker.example',
    now: () => 0,
  });
  const state = async (): Promise<unknown> => {
    let answer = '';
    const response = {
      isGone: false,
      send: (_status: number, _fields: unknown, body: string) => (answer = body),
    };
    await grants.answerState({ canonical: request, response } as never);
    return JSON.parse(answer);
  };
  return { asked, grants, state };
}

test('only the first question about a session that the gateway does not know goes to the broker', async () => {
  const { asked, state } = gateway();
  const open = {
    ...{ state: 'open', endsAt: '1970-01-01T00:01:30.000Z', secondsLeft: 90, tenant: 'acme', grant: 'grt_1' },
    ask: 'https://broker.example/ask?tenant=acme&service=billing&scope=invoices%2F*%3Aread%2Clist',
  };
  for (let tab = 0; tab < 5; tab += 1) expect(await state()).toEqual(open);
  expect(asked.tokens).toBe(1);
});

test('a session whose calls the gateway has seen costs the broker nothing, until it mints no further token', async () => {
  const { asked, grants, state } = gateway();
  grants.remember(request as never, CLAIMS as never);
  expect(await state()).toMatchObject({ state: 'open' });
  grants.rememberRefusal(request as never);
  expect(await state()).toMatchObject({ state: 'invalid_token', tenant: 'acme' });
  grants.remember(request as never, CLAIMS as never);
  expect(await state()).toMatchObject({ state: 'open' });
  expect(asked.tokens).toBe(0);
});
