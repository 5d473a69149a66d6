/** @soak */

import {
  type Checkpoint,
  completeSubtrees,
  consistencySteps,
  decodeBundle,
  HashTile,
  joinSubtrees,
  leafHash,
  openCheckpoint,
  parseTlogProof,
  parseVerifierKey,
  proofHashes,
  type TileId,
  tileOfNode,
  tilePath,
  tilesOf,
  verifyConsistency,
  verifyInclusion,
} from '@countersign/audit-log';
import { nodeEd25519 } from '@countersign/authorization';
import { systemHashing } from '@countersign/persistence';
import { filler } from '../../factories/filler.js';
import { eventually } from '../../support/eventually.js';
import { onlyInSoak } from '../../support/samples.js';
import { enginesOf, TestBroker } from '../harness.js';
import { makeGrant } from '../story.js';

describe.each(enginesOf('SQLite'))('a log that anyone may follow, on %s', (engine) => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ engine });
    await broker.host.store.forTenant('acme', (unit) =>
      unit.log.appendAll(Array.from({ length: 600 }, () => filler())),
    );
  });
  afterAll(() => broker.close());

  const get = (path: string, who: Parameters<TestBroker['call']>[0] = 'approver') =>
    broker.call(who, 'GET', path);
  const bytes = async (path: string): Promise<Uint8Array> => {
    const answer = await fetch(`${broker.url}${path}`, {
      headers: { authorization: `Bearer ${broker.keys.approver}` },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    return new Uint8Array(await answer.arrayBuffer());
  };
  const checkpoint = async (log = 'acme'): Promise<Checkpoint> => {
    const vkey = parseVerifierKey(systemHashing, (await get(`/log/${log}/vkey`)).text.trim());
    const { status, text } = await get(`/log/${log}/checkpoint`);
    expect({ status, text }).toMatchObject({ status: 200 });
    return (await openCheckpoint(nodeEd25519, text, [vkey])).checkpoint;
  };
  const nodesOf = async ({ size }: Checkpoint) => {
    const tiles = new Map<string, Uint8Array>();
    for (const tile of tilesOf(size)) tiles.set(tilePath(tile), await bytes(`/log/acme/${tilePath(tile)}`));
    const read = (tile: TileId) => tiles.get(tilePath(tile)) ?? new Uint8Array(0);
    return {
      hashOf: (node: { level: number; index: number }) =>
        new HashTile(systemHashing, read(tileOfNode(node, size))).hashOf(node),
      leaves: [...tiles.keys()]
        .filter((path) => path.startsWith('tile/entries/'))
        .flatMap((path) => decodeBundle(read(pathOf(path)), pathOf(path).width)),
    };
  };
  const pathOf = (path: string): TileId => {
    const tile = [...tilesOf(5000)].find((each) => path.startsWith(tilePath({ ...each, width: 256 })));
    const width = Number(/\.p\/(\d+)$/.exec(path)?.[1] ?? 256);
    return { level: 'entries', index: tile?.index ?? 0, width };
  };

  test('events are narrowed to types or their first words; a word that names none is refused', async () => {
    const list = async (type: string) => {
      const { status, body } = await get(`/api/v1/tenants/acme/events?type=${type}&limit=200`);
      const { items = [], code } = body as { items?: { type: string }[]; code?: string };
      return { status, code, types: [...new Set(items.map((each) => each.type))] };
    };
    expect(await list('preferences')).toEqual({
      status: 200,
      code: undefined,
      types: ['preferences.changed'],
    });
    expect((await list('tenant.add,preferences.changed')).status).toBe(200);
    expect(await list('nothing')).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(await list('')).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  test('a checkpoint comes with the time at which it was signed', async () => {
    const before = Date.now() - 60_000;
    const { headers } = await get('/log/acme/checkpoint');
    const at = Date.parse(headers.get('countersign-signed-at') ?? '');
    expect(at).toBeGreaterThan(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  });

  test('P10: tiles and leaves lead to the root that was signed, and every larger checkpoint continues the last', async () => {
    const first = await checkpoint();
    const { hashOf, leaves } = await nodesOf(first);
    expect(first.origin).toBe(`countersign/${broker.host.store.deployment}/acme`);
    expect(leaves).toHaveLength(first.size);
    expect(joinSubtrees(systemHashing, completeSubtrees(0, first.size).map(hashOf))).toEqual(first.root);
    leaves.forEach((leaf, index) => {
      expect(Buffer.from(leafHash(systemHashing, leaf))).toEqual(Buffer.from(hashOf({ level: 0, index })));
    });
    await makeGrant(broker);
    const second = await checkpoint();
    expect(second.size).toBeGreaterThan(first.size);
    const later = await nodesOf(second);
    verifyConsistency(systemHashing, {
      ...{ oldSize: first.size, oldRoot: first.root, size: second.size, root: second.root },
      proof: proofHashes(systemHashing, consistencySteps(first.size, second.size), later.hashOf),
    });
  });

  onlyInSoak(() => {
    test('a proof file stands alone', async () => {
      const answer = await get('/log/acme/proof/300');
      const { index, proof, checkpoint: note } = parseTlogProof(answer.text);
      const vkey = parseVerifierKey(systemHashing, (await get('/log/acme/vkey')).text.trim());
      const { size, root } = (await openCheckpoint(nodeEd25519, note, [vkey])).checkpoint;
      const [leaf] = await broker.host.store.readForTenant('acme', (unit) => unit.events.leaves(300, 301));
      expect(answer.headers.get('content-disposition')).toBe('attachment; filename="acme-300.tlog-proof"');
      verifyInclusion(systemHashing, {
        index,
        size,
        root,
        proof,
        leaf: leafHash(systemHashing, Buffer.from(leaf ?? '')),
      });
    });
  });

  test('a checkpoint follows an event within a second, without anybody asking', async () => {
    await makeGrant(broker);
    const { size } = await broker.host.store.readForTenant('acme', (unit) => unit.events.head());
    await eventually(
      'a checkpoint of that size',
      async () => {
        const newest = await broker.host.store.checkpoints.read((unit) => unit.checkpoints.newest('acme'));
        return newest !== null && newest.size >= size;
      },
      1000,
    );
  });

  onlyInSoak(() => {
    test('asked by many at once, the log signs one root at a size', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, turn) => {
          if (turn % 4 === 0) await makeGrant(broker);
          return checkpoint();
        }),
      );
      const roots = new Map<number, string>();
      for (const { size, root } of answers) {
        const text = Buffer.from(root).toString('base64');
        expect(roots.get(size) ?? text).toBe(text);
        roots.set(size, text);
      }
    });
  });

  test('opens commitments to those who may read the log', async () => {
    const { request } = await makeGrant(broker);
    const { items } = (await get(`/api/v1/tenants/acme/events?request=${request.id}&limit=200`)).body as {
      items: { index: number; type: string; commitments: Record<string, string> }[];
    };
    const created = items.find(({ type }) => type === 'request.created');
    const { body } = await get(`/log/acme/openings/${created?.index}`);
    const { openings } = body as { openings: Record<string, { value: string; salt: string }> };
    expect(Object.keys(openings).sort()).toEqual(Object.keys(created?.commitments ?? {}).sort());
    expect(openings['justification']).toEqual((request.openings as typeof openings)['justification']);
  });

  test.each([
    ['another tenant', 'foreignApprover', '/log/acme/checkpoint', 404],
    ['another tenant’s tile', 'foreignApprover', '/log/acme/tile/0/000', 404],
    ['another tenant’s openings', 'foreignApprover', '/log/acme/openings/0', 404],
    ['an engineer, who sees their own grants alone', 'engineer', '/log/acme/checkpoint', 403],
    ['nobody', null, '/log/acme/checkpoint', 401],
    ['a tile that is not there', 'approver', '/log/acme/tile/0/900', 404],
    ['a wider tile than there is', 'approver', '/log/acme/tile/2/000', 404],
    ['another spelling of a tile', 'approver', '/log/acme/tile/0/0', 404],
    ['a leaf that is not there', 'approver', '/log/acme/proof/99999', 404],
    ['no leaf', 'approver', '/log/acme/openings/01', 404],
    ['no tenant', 'vendorAuditor', '/log/nobody/checkpoint', 404],
  ] as const)('P9: refuses %s', async (_who, person, path, status) => {
    expect((await get(path, person)).status).toBe(status);
  });

  test('the deployment’s log is open to every tenant', async () => {
    const { origin } = await checkpoint('deployment');
    expect(origin).toBe(`countersign/${broker.host.store.deployment}/deployment`);
    expect((await get('/log/deployment/checkpoint', 'foreignAdmin')).status).toBe(200);
  });

  test('P10: a log that is smaller than what it signed signs nothing more, and says so', async () => {
    const ahead = {
      epoch: 1,
      size: 10_000,
      root: 'AAAA',
      note: 'from a later state',
      signedAt: '2026-01-01T00:00:00Z',
    };
    await broker.host.store.checkpoints.write((unit) => unit.checkpoints.advance('globex', ahead));
    const answer = await get('/log/globex/checkpoint', 'foreignApprover');
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ code: 'log_inconsistent' });
    expect((await get('/log/acme/checkpoint')).status).toBe(200);
    expect(broker.logLines.join('')).toContain('a log is not what it signed before');
  });
});
