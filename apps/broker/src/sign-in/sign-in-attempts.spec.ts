import type { SignInAttempt } from '@countersign/access';
import { nodeHashing as hashing } from '@countersign/authorization';
import type { BrokerDeps } from '../core.module.js';
import { SignInAttempts } from './sign-in-attempts.js';

const settled = () => new Promise(setImmediate);

test('the attack “each guessed answer of a sign-in costs a read”: a crowd of guesses reads the store two at a time', async () => {
  const open: (() => void)[] = [];
  const read = () => new Promise((resolve) => open.push(() => resolve(null)));
  const store = { signInAttempts: { read } };
  const attempts = new SignInAttempts({ store, hashing } as unknown as BrokerDeps);
  const guesses = Array.from({ length: 40 }, (_, index) =>
    attempts.take(`guess ${index}`, 'oidc', 'a browser'),
  );
  await settled();
  expect(open).toHaveLength(2);
  for (let ended = 0; ended < 40; ended += 1) {
    open[ended]?.();
    await settled();
  }
  expect(await Promise.all(guesses)).toEqual(Array(40).fill(null));
});

test('an attempt ends ten minutes after it began', async () => {
  const start = Date.parse('2026-12-01T12:00:00Z');
  let now = start;
  let found: SignInAttempt;
  const attempts = {
    find: async () => found,
    take: async () => true,
  };
  const run = (work: (unit: object) => unknown) => work({ attempts });
  const store = { signInAttempts: { read: run, write: run } };
  const signInAttempts = new SignInAttempts({
    store,
    hashing,
    clock: { now: () => new Date(now) },
  } as unknown as BrokerDeps);
  found = signInAttempts.draft({
    hash: '',
    kind: 'oidc',
    person: null,
    browser: signInAttempts.hash('a browser'),
    data: {},
  });
  const take = () => signInAttempts.take('a secret', 'oidc', 'a browser');
  now = start + 599_999;
  expect(await take()).toBe(found);
  now = start + 600_000;
  expect(await take()).toBeNull();
});
