import { insideUnit } from './inside-unit.js';
import { type QueuedUnit, UnitQueues } from './unit-queues.js';

type Task = () => Promise<string | number | undefined>;

async function transact({ task, succeed, fail }: QueuedUnit<Task>): Promise<void> {
  await insideUnit(task).then(succeed, fail);
}

/** Queues whose transactions have one unit each. */
class Queues {
  readonly #queues: UnitQueues<Task>;
  constructor(width: number) {
    this.#queues = new UnitQueues(width, transact);
  }

  run(name: string | null, task: Task) {
    return this.#queues.run(name, task, { isAlone: true });
  }

  get use() {
    return this.#queues.use;
  }

  close(): Promise<void> {
    return this.#queues.close();
  }
}

/** A unit that says when it begins and waits to be let go. */
function heldUnit(seen: string[], name: string) {
  let letGo = (): void => {};
  const go = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  return {
    letGo: () => letGo(),
    unit: async (): Promise<string> => {
      seen.push(`${name} begins`);
      await go;
      seen.push(`${name} ends`);
      return name;
    },
  };
}

/** Lets everything run that waits for nothing but a turn. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('UnitQueues', () => {
  test('says how many connections it has, on how many a transaction runs, and how many units wait', async () => {
    const queues = new Queues(2);
    const [first, second, globex, other] = ['acme 1', 'acme 2', 'globex', 'other'].map((name) =>
      heldUnit([], name),
    );
    const done = [
      queues.run('acme', first?.unit as Task),
      queues.run('acme', second?.unit as Task),
      queues.run('globex', globex?.unit as Task),
      queues.run(null, other?.unit as Task),
    ];
    await settle();
    expect(queues.use).toEqual({ connections: 2, busy: 2, waiting: 2 });
    first?.letGo();
    globex?.letGo();
    await Promise.all([done[0], done[2]]);
    await settle();
    expect(queues.use).toEqual({ connections: 2, busy: 2, waiting: 0 });
    second?.letGo();
    other?.letGo();
    await Promise.all(done);
    await settle();
    expect(queues.use).toEqual({ connections: 2, busy: 0, waiting: 0 });
  });

  test('runs units of one queue in their order and those of others beside them', async () => {
    const queues = new Queues(3);
    const seen: string[] = [];
    const [first, second, other] = [
      heldUnit(seen, 'acme 1'),
      heldUnit(seen, 'acme 2'),
      heldUnit(seen, 'globex'),
    ];
    const done = [
      queues.run('acme', first.unit),
      queues.run('acme', second.unit),
      queues.run('globex', other.unit),
    ];
    await settle();
    expect(seen).toEqual(['acme 1 begins', 'globex begins']);
    first.letGo();
    await done[0];
    await settle();
    expect(seen.slice(2)).toEqual(['acme 1 ends', 'acme 2 begins']);
    second.letGo();
    other.letGo();
    expect(await Promise.all(done)).toEqual(['acme 1', 'acme 2', 'globex']);
  });

  test('runs no more at once than it is wide, whatever the queues, and a queue that waits takes no place', async () => {
    const queues = new Queues(2);
    const seen: string[] = [];
    const units = ['a', 'b', 'c'].map((name) => heldUnit(seen, name));
    const [a, b, c] = units as [(typeof units)[0], (typeof units)[0], (typeof units)[0]];
    const behind = heldUnit(seen, 'a behind');
    const done = [
      queues.run('a', a.unit),
      queues.run('a', behind.unit),
      queues.run('b', b.unit),
      queues.run('c', c.unit),
    ];
    await settle();
    expect(seen).toEqual(['a begins', 'b begins']);
    b.letGo();
    await done[2];
    await settle();
    expect(seen.slice(2)).toEqual(['b ends', 'c begins']);
    for (const each of [a, behind, c]) each.letGo();
    await Promise.all(done);
    expect(seen.at(-1)).toBe('a behind ends');
  });

  test('a unit that fails frees its queue and its place', async () => {
    const queues = new Queues(1);
    const failed = queues.run('acme', () => Promise.reject(new Error('no')));
    const next = queues.run('acme', async () => 'next');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('next');
  });

  test('refuses a unit inside a unit, of other queues too', async () => {
    const [one, two] = [new Queues(2), new Queues(2)];
    const nested = expect.objectContaining({ code: 'nested_unit' });
    await one.run('acme', async () => {
      await expect(one.run('globex', async () => 1)).rejects.toEqual(nested);
      await expect(two.run(null, async () => 1)).rejects.toEqual(nested);
    });
  });

  test('close waits for what came before, waiting units included, and refuses what comes after', async () => {
    const queues = new Queues(1);
    const seen: string[] = [];
    const [first, second] = [heldUnit(seen, 'first'), heldUnit(seen, 'second')];
    const done = [queues.run(null, first.unit), queues.run('acme', second.unit)];
    const closing = queues.close().then(() => seen.push('closed'));
    await expect(queues.run('acme', async () => 1)).rejects.toEqual(
      expect.objectContaining({ code: 'store_closed' }),
    );
    first.letGo();
    second.letGo();
    await Promise.all([...done, closing]);
    expect(seen).toEqual(['first begins', 'first ends', 'second begins', 'second ends', 'closed']);
  });

  test('a transaction takes the units that wait in its queue, up to one that stays alone', async () => {
    const seen: string[][] = [];
    const queues = new UnitQueues<string>(1, async (first, next) => {
      await settle();
      const taken = [first];
      for (let unit = next(); unit !== undefined; unit = next()) taken.push(unit);
      seen.push(taken.map(({ task }) => task));
      for (const { succeed, task } of taken) succeed(task);
    });
    const run = (task: string, name = 'acme') =>
      queues.run(name, task, { isAlone: task.startsWith('alone') });
    const tasks = ['a', 'b', 'alone 1', 'alone 2', 'c', 'd'];
    const done = [...tasks.map((task) => run(task)), run('other', 'globex')];
    expect(await Promise.all(done)).toEqual([...tasks, 'other']);
    expect(seen.filter(([task]) => task !== 'other')).toEqual([
      ['a', 'b'],
      ['alone 1'],
      ['alone 2'],
      ['c', 'd'],
    ]);
  });
});
