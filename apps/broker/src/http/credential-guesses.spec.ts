import { CredentialGuesses } from './credential-guesses.js';

/** Look-ups that end when the test says so. */
class Store {
  readonly open: (() => void)[] = [];
  find = (): Promise<null> => new Promise((resolve) => this.open.push(() => resolve(null)));
}

const settled = () => new Promise(setImmediate);

async function guess(guesses: CredentialGuesses, network: string, count: number): Promise<void> {
  for (let each = 0; each < count; each += 1)
    await guesses.lookUp(
      network,
      () => Promise.resolve(null),
      () => false,
    );
}

describe('the attack “each guessed key costs a read, and a crowd that guesses occupies the store”', () => {
  test('look-ups of a network that guesses run two at a time; those of others never wait', async () => {
    const guesses = new CredentialGuesses();
    await guess(guesses, '192.0.2.1', 20);
    const store = new Store();
    const all = Array.from({ length: 40 }, () => guesses.lookUp('192.0.2.1', store.find, () => false));
    await settled();
    expect(store.open).toHaveLength(2);
    const other = guesses.lookUp(
      '192.0.2.2',
      () => Promise.resolve('a person'),
      () => true,
    );
    expect(await other).toBe('a person');
    for (let ended = 0; ended < 40; ended += 1) {
      store.open[ended]?.();
      await settled();
    }
    expect(await Promise.all(all)).toHaveLength(40);
  });

  test('a valid key from such a network is found all the same', async () => {
    const guesses = new CredentialGuesses();
    await guess(guesses, '192.0.2.1', 100);
    expect(
      await guesses.lookUp(
        '192.0.2.1',
        () => Promise.resolve('a person'),
        () => true,
      ),
    ).toBe('a person');
  });

  test('a network that has stopped for a minute no longer waits, and many valid keys are no guesses', async () => {
    let now = 1;
    const guesses = new CredentialGuesses(() => now);
    await guess(guesses, '192.0.2.1', 20);
    now += 61_000;
    for (let each = 0; each < 30; each += 1)
      await guesses.lookUp(
        '192.0.2.2',
        () => Promise.resolve('a person'),
        () => true,
      );
    const store = new Store();
    const all = ['192.0.2.1', '192.0.2.2'].flatMap((network) =>
      Array.from({ length: 5 }, () => guesses.lookUp(network, store.find, () => false)),
    );
    await settled();
    expect(store.open).toHaveLength(10);
    for (const end of store.open) end();
    await Promise.all(all);
  });
});
