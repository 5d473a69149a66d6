/** @soak */

import { publishedKeys, rotateSigningKey } from '@countersign/access';
import { migrate, openStore, rotateMasterKey, systemSigners } from '@countersign/persistence';
import { optionsFor } from '../support/migrated-database.js';
import { dieWhileRotating } from './support/child.js';
import { describeStore } from './support/describe-store.js';
import { anExportTarget } from './support/rows.js';
import { startWorkflow } from './support/workflow.js';

const refused = (code: string) => expect.objectContaining({ name: 'StoreError', code });
const NEW = new Uint8Array(32).fill(9);

describeStore('the master key', (bench) => {
  const rotated = (newMasterKey: Uint8Array, masterKey?: Uint8Array) =>
    rotateMasterKey({
      ...optionsFor(bench.database.url, masterKey === undefined ? {} : { masterKey }),
      newMasterKey,
    });

  test('a stolen master key opens nothing after its rotation, and all that it sealed opens with the new one', async () => {
    const flow = await startWorkflow(bench.store);
    const before = await bench.store.signingKeys.read((unit) => unit.keys.list('token'));
    const workspace = {
      ...{
        workspace: 'T0ACME',
        name: 'Acme',
        appId: 'A1',
        botId: 'B1',
        botUser: 'U1',
        scopes: ['chat:write'],
      },
      ...{ token: 'xoxb-1', refreshToken: 'xoxe-1', tokenExpiresAt: null },
      ...{ installedBy: null, installedAt: flow.clock.now().toISOString(), endedAt: null, endReason: null },
    };
    await bench.store.slackSetup.write((unit) => unit.slackInstallations.save(workspace));
    const target = anExportTarget('acme', { kind: 'hec' });
    await bench.store.exports.write((unit) => unit.exportTargets.insert(target, 'hec-token'));
    const done = await rotated(NEW);
    expect(done).toMatchObject({ from: expect.any(String), to: expect.any(String) });
    // The check, the keys for tokens and feed (and any other use), one workspace, one target.
    expect(done.secrets).toBeGreaterThanOrEqual(5);

    await expect(openStore(optionsFor(bench.database.url))).rejects.toThrow(refused('master_key_mismatch'));
    const store = await openStore(optionsFor(bench.database.url, { masterKey: NEW }));
    try {
      const after = await store.signingKeys.read((unit) => unit.keys.list('token'));
      expect(after).toEqual(before);
      expect(publishedKeys(after, flow.clock.now())).not.toEqual([]);
      const [found] = await store.slack.read((unit) => unit.slackInstallations.list());
      expect(found).toMatchObject({ token: 'xoxb-1', refreshToken: 'xoxe-1' });
      expect(await store.exports.read((unit) => unit.exportTargets.secret(target.id))).toBe('hec-token');
      await rotateSigningKey({ ...flow.deps, store }, systemSigners);
      const leaves = await store.readForTenant('deployment', (unit) =>
        unit.events.list({}, { limit: 200, cursor: null }),
      );
      expect(JSON.stringify(leaves)).toContain('master-key.rotated');
    } finally {
      await store.close();
    }
    // A running broker with the old key can no longer sign; it has to be started again.
    await expect(bench.store.signingKeys.read((unit) => unit.keys.list('token'))).rejects.toThrow(
      refused('master_key_mismatch'),
    );
    await migrate(optionsFor(bench.database.url, { masterKey: NEW }));
  });

  test('a broker that still runs with the old key stores nothing under it, whatever comes first', async () => {
    const flow = await startWorkflow(bench.store);
    const installation = {
      ...{
        workspace: 'T0ACME',
        name: 'Acme',
        appId: 'A1',
        botId: 'B1',
        botUser: 'U1',
        scopes: ['chat:write'],
      },
      ...{ token: 'xoxb-1', refreshToken: 'xoxe-1', tokenExpiresAt: null },
      ...{ installedBy: null, installedAt: flow.clock.now().toISOString(), endedAt: null, endReason: null },
    };
    const save = () => bench.store.slackSetup.write((unit) => unit.slackInstallations.save(installation));
    await save();
    const fresh = { token: 'xoxb-2', refreshToken: 'xoxe-2', tokenExpiresAt: null };
    const rotate = () =>
      bench.store.slack.write((unit) => unit.slackInstallations.rotate('T0ACME', 1, fresh));
    // At once: either the tokens are saved first and sealed again, or they are refused.
    const [done, saved] = await Promise.allSettled([rotated(NEW), rotate()]);
    expect(done.status).toBe('fulfilled');
    for (const late of [save(), rotate(), rotateSigningKey(flow.deps, systemSigners)])
      await expect(late).rejects.toThrow(refused('master_key_mismatch'));
    const store = await openStore(optionsFor(bench.database.url, { masterKey: NEW }));
    const [found] = await store.slack.read((unit) => unit.slackInstallations.list());
    await store.close();
    expect(found).toMatchObject({ token: saved.status === 'fulfilled' ? 'xoxb-2' : 'xoxb-1' });
  });

  bench.describeOn('SQLite', () => {
    test('kill -9 in the middle of a rotation leaves a database that opens with the old key alone', async () => {
      await startWorkflow(bench.store);
      const before = await bench.store.signingKeys.read((unit) => unit.keys.list('token'));
      expect(await dieWhileRotating(bench.database.url)).toBe('SIGKILL');
      const wrong = openStore(optionsFor(bench.database.url, { masterKey: NEW }));
      await expect(wrong).rejects.toThrow(refused('master_key_mismatch'));
      const store = await openStore(optionsFor(bench.database.url));
      expect(await store.signingKeys.read((unit) => unit.keys.list('token'))).toEqual(before);
      await store.close();
      expect(await rotated(NEW)).toMatchObject({ secrets: expect.any(Number) });
    });
  });

  test('the same key, or one that does not open the database, rotates nothing', async () => {
    const { masterKey } = optionsFor(bench.database.url);
    await expect(rotated(masterKey)).rejects.toThrow(refused('master_key_unchanged'));
    await expect(rotated(masterKey, NEW)).rejects.toThrow(refused('master_key_mismatch'));
    await (await openStore(optionsFor(bench.database.url))).close();
  });
});
