import { BrowserSessions } from './browser-sessions.js';

const secret = (letter: string) => `grt_${'0'.repeat(36)}.${letter.repeat(43)}`;
const exchangeOf = (letter: string) => ({
  code: secret(letter),
  verifier: 'v'.repeat(43),
  service: 'billing',
});

/** A broker that answers once the test says so. */
function slowBroker() {
  const waiting: ((answer: unknown) => void)[] = [];
  const postSigned = () => new Promise<unknown>((resolve) => void waiting.push(resolve));
  const time = { now: 0 };
  const clock = { now: () => time.now, monotonic: () => time.now };
  return { waiting, time, sessions: new BrowserSessions({ broker: { postSigned }, clock: clock as never }) };
}

test('asks the broker about 32 codes at once, because anyone can send codes', async () => {
  const { waiting, sessions } = slowBroker();
  const under = Array.from({ length: 32 }, () => sessions.exchange(exchangeOf('a')));
  expect(await sessions.exchange(exchangeOf('b'))).toBe('busy');
  expect(waiting).toHaveLength(32);
  for (const answer of waiting) answer({ session: secret('s'), grant: `grt_${'0'.repeat(36)}` });
  await Promise.allSettled(under);
  void sessions.exchange(exchangeOf('c'));
  expect(waiting).toHaveLength(33);
});

test('never sends the broker a text that is no code', async () => {
  const { waiting, sessions } = slowBroker();
  for (const code of ['', 'grt_1', secret('a').slice(1)])
    expect(await sessions.exchange({ ...exchangeOf('a'), code })).toBeNull();
  expect(waiting).toHaveLength(0);
});

test('invented cookies do not stop the release of a session that has had a token', async () => {
  const { waiting, sessions } = slowBroker();
  const own = { session: secret('o'), service: 'billing' };
  const first = sessions.token(own);
  waiting[0]?.({ token: 'first', expiresIn: 300 });
  await first;
  const invented = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef'];
  for (const letter of invented) void sessions.release({ ...own, session: secret(letter) });
  expect(await sessions.release({ ...own, session: secret('z') })).toBe('busy');
  const released = sessions.release(own);
  waiting.at(-1)?.(undefined);
  expect(await released).toBe('released');
  expect(await sessions.token(own)).toEqual({ refused: 'unknown' });
});

test('invented cookies do not stop the renewal of a session that has had a token', async () => {
  const { waiting, time, sessions } = slowBroker();
  const own = { session: secret('o'), service: 'billing' };
  const first = sessions.token(own);
  waiting[0]?.({ token: 'first', expiresIn: 300 });
  expect(await first).toMatchObject({ token: 'first' });
  time.now = 300_000;
  const invented = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef'];
  for (const letter of invented) void sessions.token({ ...own, session: secret(letter) });
  expect(await sessions.token({ ...own, session: secret('z') })).toEqual({ refused: 'busy' });
  const renewed = sessions.token(own);
  waiting.at(-1)?.({ token: 'second', expiresIn: 300 });
  expect(await renewed).toMatchObject({ token: 'second' });
});

describe('after a release at one worker', () => {
  const own = { session: secret('o'), service: 'billing' };

  /** Two processes of a gateway, whose messages arrive at once. */
  function twoProcesses() {
    const waiting: ((answer: unknown) => void)[] = [];
    const postSigned = () => new Promise<unknown>((resolve) => void waiting.push(resolve));
    const clock = { now: () => 0, monotonic: () => 0 } as never;
    const passedOn: string[] = [];
    const other = new BrowserSessions({ broker: { postSigned }, clock });
    const onReleased = (key: string) => {
      passedOn.push(key);
      other.forget(key);
    };
    const one = new BrowserSessions({ broker: { postSigned }, clock, onReleased });
    return { waiting, passedOn, one, other };
  }

  test('the session opens nothing at another one that had a token for it, and the message does not have the secret', async () => {
    const { waiting, passedOn, one, other } = twoProcesses();
    const token = other.token(own);
    waiting.shift()?.({ token: 'first', expiresIn: 300 });
    expect(await token).toMatchObject({ token: 'first' });
    const released = one.release(own);
    waiting.shift()?.(undefined);
    expect(await released).toBe('released');
    expect(await other.token(own)).toEqual({ refused: 'unknown' });
    expect(passedOn).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
    expect(own.session).not.toContain(passedOn[0]);
  });

  test('a token that the broker was asked for before the release is not used', async () => {
    const { waiting, one, other } = twoProcesses();
    const token = other.token(own);
    const released = one.release(own);
    waiting.pop()?.(undefined);
    expect(await released).toBe('released');
    waiting.pop()?.({ token: 'late', expiresIn: 300 });
    expect(await token).toEqual({ refused: 'unknown' });
    expect(await other.token(own)).toEqual({ refused: 'unknown' });
  });
});
