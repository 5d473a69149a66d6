import type { TenantUnit } from '@countersign/access';
import { appendLeaf, EMPTY_RANGE, leafHash, rangeRoot, tileRoot } from '@countersign/audit-log';
import { openCommitment } from '@countersign/contract';
import { systemHashing } from '@countersign/persistence';
import { deploymentFiller, filler, personalFiller } from '../factories/filler.js';
import { describeStore } from './support/describe-store.js';
import { oneUnit } from './support/one-unit.js';
import { aGrant, aRequest, aReview, NOW } from './support/rows.js';

const toHex = (hash: Uint8Array) => Buffer.from(hash).toString('hex');
const PERSON = 'usr_0199f0a0-7b2c-7001-8000-000000000001';
const ALL = { cursor: null, limit: 200 };

describeStore('the log', (bench) => {
  const append = (tenant: string, number = 0) =>
    bench.store.forTenant(tenant, (unit) => unit.log.append(filler(NOW, number)));
  const about = (grant: string, requester = 'usr_1', at = NOW) =>
    bench.store.forTenant('acme', (unit) =>
      unit.log.append({
        ...{ type: 'disclosure.acknowledged', at, actor: PERSON },
        data: { grant, request: 'req_1', requester },
      }),
    );

  test('an event is leaf v1 with its RFC 6962 hash; a personal value stands beside it as an opening', async () => {
    const data = {
      ...{ grant: 'grt_1', request: 'req_1', requester: 'usr_1', digest: 'd', reviewers: ['usr_2'] },
      ...{ needed: true, late: false, calls: 3, bytes: 1_000, refused: 0 },
    };
    const { index } = await bench.store.forTenant('acme', (unit) =>
      unit.log.append({
        type: 'disclosure.given',
        at: NOW,
        actor: PERSON,
        data,
        commitments: { prevention: `c1:${'A'.repeat(43)}` },
        personal: { reason: 'wrong customer' },
      }),
    );
    const { items, next } = await bench.store.readForTenant('acme', (unit) => unit.events.list({}, ALL));
    const [event] = items;
    const leaf = JSON.parse(event?.leaf ?? '');
    expect({ index, next, count: items.length }).toEqual({ index: 0, next: null, count: 1 });
    expect(leaf).toEqual({
      v: 1,
      type: 'disclosure.given',
      at: NOW,
      tenant: 'acme',
      seq: 0,
      actor: PERSON,
      data,
      commitments: { prevention: `c1:${'A'.repeat(43)}`, reason: expect.stringMatching(/^c1:/) },
    });
    const hash = leafHash(systemHashing, Buffer.from(event?.leaf ?? ''));
    expect(event?.hash).toBe(`sha256:${Buffer.from(hash).toString('hex')}`);
    const openings = await bench.store.readForTenant('acme', (unit) =>
      unit.openings.find([leaf.commitments.reason]),
    );
    const opening = openings.get(leaf.commitments.reason);
    expect(opening?.value).toBe('wrong customer');
    expect(opening && openCommitment(systemHashing, 'reason', opening, leaf.commitments.reason)).toBe(true);
  });

  test('an event with another member than its type declares, or without one, is refused, and the unit with it', async () => {
    const event = filler();
    const { data } = event;
    const { person: _person, ...none } = data;
    const refused = (work: (unit: TenantUnit) => Promise<unknown>) =>
      bench.store.forTenant('acme', work).catch((error: unknown) => error);
    expect([
      // @ts-expect-error the type declares no such member
      await refused(({ log }) => log.append({ ...event, data: { ...data, notice: 1 } })),
      // @ts-expect-error the type requires a person
      await refused(({ log }) => log.append({ ...event, data: none })),
      await refused(({ log }) => log.append({ ...event, personal: { reason: 'none' } })),
    ]).toMatchObject([
      {
        code: 'invalid_leaf',
        message: 'not an event: `data.notice` of preferences.changed is not as declared',
      },
      {
        code: 'invalid_leaf',
        message: 'not an event: `data.person` of preferences.changed is not as declared',
      },
      { code: 'invalid_leaf', message: 'not an event: preferences.changed does not commit to `reason`' },
    ]);
    expect(await bench.database.raw('SELECT * FROM events')).toEqual([]);
  });

  test('counts from 0 without a gap, in each log by itself; the deployment has its own', async () => {
    await append('acme');
    await append('globex');
    await bench.store.asVendor(async (unit) => {
      await unit.log.append(deploymentFiller());
      await (await unit.tenant('acme')).log.append(filler());
    });
    const indices = (slug: string) =>
      bench.store.readForTenant(slug, async (unit) =>
        (await unit.events.list({}, ALL)).items.map((event) => event.index),
      );
    expect(await indices('acme')).toEqual([1, 0]);
    expect(await indices('globex')).toEqual([0]);
    expect(await indices('deployment')).toEqual([0]);
    const vendor = await bench.store.readAsVendor((unit) => unit.events.list({}, ALL));
    expect(vendor.items.map((event) => JSON.parse(event.leaf).tenant)).toEqual(['deployment']);
  });

  test('appends that run side by side in one unit get an index each', async () => {
    const taken = await bench.store.forTenant('acme', (unit) =>
      Promise.all(
        Array.from({ length: 500 }, (_, number) =>
          unit.log.append(number % 3 === 0 ? personalFiller(NOW, `w${number}`) : filler(NOW, number)),
        ),
      ),
    );
    expect(taken.map(({ index }) => index).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 500 }, (_, i) => i),
    );
  });

  test('is listed newest first, by pages, filtered by grant, requester and time', async () => {
    const times = ['10:00:00Z', '10:00:00.500Z', '10:00:01Z', '10:00:02Z'];
    for (const [number, time] of times.entries())
      await about(`grt_${number % 2}`, `usr_${number}`, `2026-11-24T${time}`);
    const list = (filter: object, cursor: string | null = null, limit = 10) =>
      bench.store.readForTenant('acme', async (unit) => {
        const { items, next } = await unit.events.list(filter, { cursor, limit });
        return [items.map((event) => event.index), next];
      });
    expect(await list({}, null, 3)).toEqual([[3, 2, 1], '1']);
    expect(await list({}, '1', 3)).toEqual([[0], null]);
    expect(await list({ grant: 'grt_1' })).toEqual([[3, 1], null]);
    expect(await list({ requester: 'usr_2' })).toEqual([[2], null]);
    expect(await list({ from: '2026-11-24T10:00:00Z', to: '2026-11-24T10:00:01Z' })).toEqual([[1, 0], null]);
    for (const cursor of ['x', '-1', '1e3', '9'.repeat(30)])
      await expect(list({}, cursor)).rejects.toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  test('is narrowed to types of events, beside the other filters', async () => {
    await oneUnit(bench.store, 'acme');
    await about('grt_1');
    await about('grt_2');
    const list = (filter: object) =>
      bench.store.readForTenant('acme', async (unit) => {
        const { items } = await unit.events.list(filter, ALL);
        return items.map(({ leaf }) => JSON.parse(leaf).type);
      });
    expect(await list({ types: ['request.created'] })).toEqual(['request.created', 'request.created']);
    expect(await list({ types: ['disclosure.acknowledged', 'lock.set'], grant: 'grt_2' })).toEqual([
      'disclosure.acknowledged',
    ]);
    expect(await list({ types: ['lock.set'] })).toEqual([]);
  });

  test('P10: what was written can be neither changed, deleted nor replaced, not even by hand', async () => {
    const request = aRequest();
    await bench.store.forTenant('acme', async (unit) => {
      await unit.requests.insert(request);
      await unit.reviews.insert(aReview(request));
    });
    await oneUnit(bench.store, 'acme');
    for (const table of ['events', 'reviews', 'feed_changes']) {
      const before = await bench.database.raw(`SELECT * FROM ${table}`);
      for (const sql of bench.database.tampering(table))
        await expect(bench.database.raw(sql)).rejects.toThrow(`${table} is append-only`);
      expect(await bench.database.raw(`SELECT * FROM ${table}`)).toEqual(before);
    }
    await expect(bench.database.raw('UPDATE log_heads SET size = size - 1')).rejects.toThrow('never shrinks');
    await expect(bench.database.raw('DELETE FROM log_heads')).rejects.toThrow('never shrinks');
    await expect(bench.database.raw('UPDATE deployment SET feed_seq = 0')).rejects.toThrow('never shrinks');
  });

  test('P10: its head tells the RFC 6962 root of all leaves, those of the unit at hand included', async () => {
    const head = () => bench.store.forTenant('acme', (unit) => unit.log.head());
    const rootOf = async () => {
      const { items } = await bench.store.readForTenant('acme', (unit) => unit.events.list({}, ALL));
      const hashes = items.toReversed().map(({ leaf }) => leafHash(systemHashing, Buffer.from(leaf)));
      const range = hashes.reduce((grown, hash) => appendLeaf(systemHashing, grown, hash), EMPTY_RANGE);
      return {
        epoch: 1,
        size: items.length,
        root: Buffer.from(rangeRoot(systemHashing, range)).toString('base64'),
      };
    };
    expect(await head()).toEqual({ epoch: 1, size: 0, root: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' });
    for (let count = 0; count < 9; count += 1) await append('acme', count);
    expect(await head()).toEqual(await rootOf());
    await append('globex');
    const within = await bench.store.forTenant('acme', async (unit) => {
      for (let count = 0; count < 5; count += 1) await unit.log.append(filler(NOW, count));
      return unit.log.head();
    });
    expect(within).toEqual(await rootOf());
    expect(within.size).toBe(14);
  });

  test('P10: a unit that failed leaves the root as it was', async () => {
    await append('acme');
    const head = () => bench.store.forTenant('acme', (unit) => unit.log.head());
    const before = await head();
    const failed = bench.store.forTenant('acme', async (unit) => {
      await unit.log.append(filler());
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await head()).toEqual(before);
  });

  test('texts are read back as they were written, whatever characters they have', async () => {
    const texts = [
      '',
      'NULL',
      '{}',
      '"',
      '\\',
      '\\"',
      'a,b',
      "it's",
      'Ünïcode',
      '\u007f',
      '\u2028',
      '\t\n\u0001',
      '😀',
      '\\n',
    ];
    await bench.store.forTenant('acme', (unit) =>
      unit.log.appendAll(texts.map((text) => personalFiller(NOW, text))),
    );
    await bench.store.readForTenant('acme', async (unit) => {
      const leaves = await unit.events.leaves(0, texts.length);
      const commitments = leaves.map((leaf) => String(JSON.parse(leaf).commitments.subject));
      const openings = await unit.openings.find(commitments);
      expect(commitments.map((each) => openings.get(each)?.value)).toEqual(texts);
    });
  });

  test('an erased opening leaves the log as it was', async () => {
    await oneUnit(bench.store, 'acme');
    const before = await bench.database.raw('SELECT leaf, hash FROM events');
    await bench.database.raw('DELETE FROM openings');
    expect(await bench.database.raw('SELECT leaf, hash FROM events')).toEqual(before);
  });

  test('a grant that refers to nothing is refused', async () => {
    const orphan = bench.store.forTenant('acme', (unit) => unit.grants.insert(aGrant(aRequest())));
    await expect(orphan).rejects.toThrow(/foreign key/i);
  });

  test('P10: keeps the hash of each tile that is full, and reads leaves and hashes by their place', async () => {
    const drafts = Array.from({ length: 300 }, (_, at) => filler(NOW, at));
    const { index } = await append('initech');
    for (const part of [drafts.slice(0, 200), drafts.slice(200, 255), drafts.slice(255)])
      await bench.store.forTenant('initech', (unit) => unit.log.appendAll(part));
    await bench.store.readForTenant('initech', async ({ events }) => {
      const leaves = await events.leaves(0, 1000);
      const hashes = await events.hashes(0, 0, 1000);
      expect(index).toBe(0);
      expect(leaves.map((leaf) => JSON.parse(leaf).seq)).toEqual(Array.from({ length: 301 }, (_, at) => at));
      expect(hashes.map(toHex)).toEqual(
        leaves.map((leaf) => toHex(leafHash(systemHashing, Buffer.from(leaf)))),
      );
      const full = await events.hashes(1, 0, 10);
      expect(full.map(toHex)).toEqual([toHex(tileRoot(systemHashing, Buffer.concat(hashes.slice(0, 256))))]);
      expect(await events.hashes(2, 0, 10)).toEqual([]);
      expect(await events.leaves(300, 301)).toEqual(leaves.slice(300));
    });
  });

  test('P10: a log signs one root at a size, and never goes back', async () => {
    const at = (size: number, root: string, epoch = 1) => ({
      epoch,
      size,
      root,
      note: `${size}${root}`,
      signedAt: NOW,
    });
    const advance = (checkpoint: ReturnType<typeof at>) =>
      bench.store.checkpoints.write((unit) => unit.checkpoints.advance('initech', checkpoint));
    await append('initech');
    const behind = () => bench.store.checkpoints.read((unit) => unit.checkpoints.behind(50));
    const newest = () => bench.store.checkpoints.read((unit) => unit.checkpoints.newest('initech'));
    expect(await newest()).toBeNull();
    expect(await behind()).toContain('initech');
    expect(await advance(at(5, 'A'))).toBe(true);
    expect(await advance(at(5, 'A'))).toBe(false);
    expect(await advance(at(5, 'B'))).toBe(false);
    expect(await advance(at(4, 'A'))).toBe(false);
    expect(await newest()).toMatchObject({ epoch: 1, size: 5, root: 'A', note: '5A' });
    const raced = await Promise.all(['C', 'D', 'E', 'F'].map((root) => advance(at(9, root))));
    expect(raced.filter((done) => done)).toHaveLength(1);
    const { size, root } = (await newest()) ?? {};
    expect(size).toBe(9);
    const cosign = (note: string, atSize: number) =>
      bench.store.checkpoints.write((unit) =>
        unit.checkpoints.addSignatures('initech', { epoch: 1, size: atSize }, note),
      );
    expect(await cosign('signed by a witness', 5)).toBe(false);
    expect(await cosign('signed by a witness', 9)).toBe(true);
    expect(await newest()).toMatchObject({ size: 9, root, note: 'signed by a witness' });
    expect(await advance(at(1, 'A', 2))).toBe(true);
    expect(await newest()).toMatchObject({ epoch: 2, size: 1 });
  });
});
