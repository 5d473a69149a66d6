/** @soak */

import {
  beginLogKeyRotation,
  continueLogKeyRotation,
  type Deps,
  ensureBrokerKeys,
  LOG_KEY_OVERLAP_SECONDS,
  publishedKeys,
  type Signers,
} from '@countersign/access';
import { type LeafV1, parseNote, parseVerifierKey, verifyNote } from '@countersign/audit-log';
import { nodeEd25519 } from '@countersign/authorization';
import { systemHashing, systemRandomness, systemSigners, uuidV7Ids } from '@countersign/persistence';
import { filler } from '../factories/filler.js';
import { describeOn } from './support/describe-store.js';
import { NOW } from './support/rows.js';

const ALL = { cursor: null, limit: 200 };
const LOGS = ['acme', 'deployment', 'globex', 'vendor'];

describeOn('PostgreSQL', 'rotation of the log key', (bench) => {
  let now: number;
  let deps: Deps;
  beforeEach(async () => {
    now = Date.parse(NOW);
    deps = {
      store: bench.store,
      clock: { now: () => new Date(now) },
      ids: uuidV7Ids,
      random: systemRandomness,
      hashing: systemHashing,
    };
    await ensureBrokerKeys(deps, systemSigners);
    for (const log of ['acme', 'globex', 'vendor'])
      await bench.store.forTenant(log, (unit) => unit.log.append(filler(NOW)));
  });

  const keys = () => bench.store.signingKeys.read((unit) => unit.keys.list('log'));
  const valid = async () => publishedKeys(await keys(), deps.clock.now()).map(({ kid }) => kid);
  const proceed = () => continueLogKeyRotation(deps, systemSigners, { actor: 'job' });
  const handOversOf = async (log: string): Promise<LeafV1[]> => {
    const { items } = await bench.store.readForTenant(log, (unit) => unit.events.list({}, ALL));
    return items.map(({ leaf }) => JSON.parse(leaf) as LeafV1).filter(({ type }) => type === 'log.key');
  };
  async function complete(): Promise<void> {
    while (!(await proceed()));
  }

  test('P10: many processes at once put one leaf into each log, and the old key ends after the overlap', async () => {
    const begun = await Promise.all([1, 2, 3].map(() => beginLogKeyRotation(deps, systemSigners)));
    expect(new Set(begun.map(({ kid }) => kid)).size).toBe(1);
    expect(begun.filter(({ resumed }) => !resumed)).toHaveLength(1);
    const [{ kid, replaces }] = begun as [(typeof begun)[number]];
    expect(await valid()).toEqual([replaces, kid]);
    await Promise.all([1, 2, 3, 4].map(() => complete()));
    for (const log of LOGS) expect(await handOversOf(log)).toMatchObject([{ data: { kid }, actor: 'job' }]);
    now += (LOG_KEY_OVERLAP_SECONDS - 1) * 1000;
    expect(await valid()).toEqual([replaces, kid]);
    now += 2000;
    expect(await valid()).toEqual([kid]);
  });

  test('P10: a process that ended between the key and the leaves is completed by another; meanwhile both keys sign', async () => {
    const { kid, replaces } = await beginLogKeyRotation(deps, systemSigners);
    // As long as one log lacks its leaf, no time ends the old key.
    now += 2 * LOG_KEY_OVERLAP_SECONDS * 1000;
    expect(await valid()).toEqual([replaces, kid]);
    expect(await beginLogKeyRotation(deps, systemSigners)).toEqual({ kid, replaces, resumed: true });
    expect(await proceed()).toBe(false);
    expect(await valid()).toEqual([replaces, kid]);
    expect(await proceed()).toBe(true);
    now += (LOG_KEY_OVERLAP_SECONDS + 1) * 1000;
    expect(await valid()).toEqual([kid]);
    for (const log of LOGS) expect(await handOversOf(log)).toHaveLength(1);
  });

  test('P10: a unit that fails leaves neither leaf nor note, and the next one appends the leaf once', async () => {
    const { kid } = await beginLogKeyRotation(deps, systemSigners);
    const { make, open } = systemSigners;
    const sign = () => Promise.reject(new Error('the process ends here'));
    const broken: Signers = { make, open: (key) => ({ ...open(key), sign }) };
    await expect(continueLogKeyRotation(deps, broken, { actor: 'job' })).rejects.toThrow('ends here');
    expect(await handOversOf('acme')).toEqual([]);
    await complete();
    expect(await handOversOf('acme')).toMatchObject([{ data: { kid } }]);
    await expect(bench.store.forTenant('acme', (unit) => unit.handOvers.note(kid, 0))).rejects.toThrow();
  });

  test('P10: the leaf is a C2SP signed note by the key that it replaces, which a follower of the old key trusts', async () => {
    await beginLogKeyRotation(deps, systemSigners);
    await complete();
    const [leaf] = await handOversOf('acme');
    const { vkey, replaces } = (leaf?.data ?? {}) as { vkey: string; replaces: string };
    const origin = `countersign/${bench.store.deployment}/acme`;
    expect(vkey.startsWith(`${origin}+`)).toBe(true);
    const note = parseNote(`${vkey}\n\n— ${origin} ${leaf?.data['signature']}\n`);
    await verifyNote(nodeEd25519, note, [parseVerifierKey(systemHashing, replaces)]);
    // A log born after the rotation needs none.
    await bench.store.forTenant('initech', (unit) => unit.log.append(filler(NOW)));
    expect(await proceed()).toBe(true);
    expect(await handOversOf('initech')).toEqual([]);
  });

  test('P11: private keys are sealed in the database', async () => {
    await beginLogKeyRotation(deps, systemSigners);
    const rows = await bench.database.raw('SELECT * FROM signing_keys');
    expect(rows).not.toHaveLength(0);
    for (const { secret } of await keys()) {
      const body = secret.split('\n')[1] ?? '';
      expect(body.length).toBeGreaterThan(40);
      expect(JSON.stringify(rows)).not.toContain(body.slice(0, 40));
    }
    expect(JSON.stringify(rows)).not.toContain('PRIVATE KEY');
  });
});
