import { grantSchema } from '@countersign/api';
import { grantAnswer } from '../../test/answers.js';
import type { Api } from '../api/client.js';

import { CliError } from '../command/errors.js';
import { GrantTokens, mintToken, readGatewayUrl, requireActive } from './grant-token.js';

const grant = (url: string, changes = {}) => grantSchema.parse(grantAnswer(url, changes));

test.each([
  ['http://localhost:4100/billing', 'http://localhost:4100/billing'],
  ['https://gateway.example:443/billing/', 'https://gateway.example/billing'],
  ['http://127.0.0.1:4100/billing', 'http://127.0.0.1:4100/billing'],
])('%s is where calls go', (url, address) => {
  expect(readGatewayUrl(grant(url))).toBe(address);
});

test.each([
  'http://gateway.example/billing',
  'https://user:secret@gateway.example/billing',
  'https://gateway.example/billing?x',
  'file:///etc/passwd',
  'billing',
])('P11: a token is never sent to %s', (url) => {
  expect(() => readGatewayUrl(grant(url))).toThrow(expect.objectContaining({ code: 'bad_answer' }));
});

test('a grant that has ended is reported with its reason', () => {
  requireActive(grant('http://localhost/x'));
  expect(() => requireActive(grant('http://localhost/x', { state: 'ended', endReason: 'released' }))).toThrow(
    'ended (released)',
  );
});

/** Mints `token.1.x`, `token.2.x`, … of 100 s, or fails while `broken`. */
class Mint {
  count = 0;
  broken = false;

  readonly call = (async () => {
    if (this.broken) throw new CliError('grant_not_active', 'ended');
    this.count += 1;
    return { access_token: `token.${this.count}.x`, token_type: 'Bearer', expires_in: 100 };
  }) as unknown as Api['call'];
}

function at() {
  const mint = new Mint();
  const clock = { ms: 0 };
  return { mint, clock, tokens: new GrantTokens(mint, 'grt_x', () => clock.ms) };
}

test('one token serves until its last third, and callers at once share one', async () => {
  const { mint, clock, tokens } = at();
  expect(await Promise.all([tokens.current(), tokens.current()])).toEqual(['token.1.x', 'token.1.x']);
  clock.ms = 59_000;
  expect(await tokens.current()).toBe('token.1.x');
  expect(mint.count).toBe(1);
});

test('is renewed before it expires, and no caller waits', async () => {
  const { clock, tokens } = at();
  await tokens.current();
  clock.ms = 70_000;
  expect(await tokens.current()).toBe('token.1.x');
  await new Promise(setImmediate);
  expect(await tokens.current()).toBe('token.2.x');
});

test('P3: an expired token is never returned; the failure to renew it is thrown', async () => {
  const { mint, clock, tokens } = at();
  await tokens.current();
  mint.broken = true;
  clock.ms = 70_000;
  expect(await tokens.current()).toBe('token.1.x');
  clock.ms = 100_000;
  await expect(tokens.current()).rejects.toMatchObject({ code: 'grant_not_active' });
});

test('a rejected token is dropped', async () => {
  const { tokens } = at();
  await tokens.current();
  tokens.drop();
  expect(await tokens.current()).toBe('token.2.x');
});

test('P11: a token that could break out of its header line is refused', async () => {
  const call = (async () => ({
    access_token: 'a.b.c\r\nX-Injected: 1',
    token_type: 'Bearer',
    expires_in: 100,
  })) as unknown as Api['call'];
  await expect(mintToken({ call }, 'grt_x')).rejects.toMatchObject({ code: 'bad_answer' });
});
