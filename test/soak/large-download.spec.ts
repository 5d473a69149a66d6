import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Organisation } from '@countersign/access';
import { organisation } from '../factories/organisation.js';
import { eventually } from '../support/eventually.js';
import { readLogsAt } from '../support/log-reader.js';
import { Site } from '../support/site.js';
import { listAll, makeGrant, mintToken } from '../support/story.js';

const FILE_BYTES = 100 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;
/** How much more memory the gateway may take while it passes the file on: buffers of both connections, and garbage. */
const MORE_KILOBYTES = 40 * 1024;

/** One piece of the file. Each has its own number in it, so that a piece that is lost or sent twice changes the hash. */
function pieceAt(index: number): Buffer {
  const piece = Buffer.alloc(PIECE_BYTES, index % 251);
  piece.writeUInt32BE(index, 0);
  return piece;
}

/** The bytes of the file from an offset to another one (exclusive), in pieces. */
function* bytesOf(from: number, to: number): Generator<Buffer> {
  for (let at = from; at < to; ) {
    const index = Math.floor(at / PIECE_BYTES);
    const end = Math.min(to, (index + 1) * PIECE_BYTES);
    yield pieceAt(index).subarray(at - index * PIECE_BYTES, end - index * PIECE_BYTES);
    at = end;
  }
}

function hashOf(from: number, to: number): string {
  const hash = createHash('sha256');
  for (const piece of bytesOf(from, to)) hash.update(piece);
  return `sha256:${hash.digest('hex')}`;
}

/** A service that sends the file, or one range of it, as fast as it is read. */
async function serveFile(range: string | undefined, response: ServerResponse): Promise<void> {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  const [from, to] = first === undefined ? [0, FILE_BYTES] : [Number(first), Number(last) + 1];
  const fields = { 'content-type': 'application/octet-stream', 'content-length': to - from };
  if (first === undefined) response.writeHead(200, fields);
  else response.writeHead(206, { ...fields, 'content-range': `bytes ${from}-${to - 1}/${FILE_BYTES}` });
  for (const piece of bytesOf(from, to)) if (!response.write(piece)) await once(response, 'drain');
  response.end();
}

let upstream: Server;
let site: Site;
beforeAll(async () => {
  upstream = createServer(({ headers }, response) => void serveFile(headers.range, response));
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const { port } = upstream.address() as AddressInfo;
  site = await Site.start({ organisation: withFiles(`http://127.0.0.1:${port}`) });
  await site.startGateway();
});
afterAll(async () => {
  await site.close();
  upstream.closeAllConnections();
  upstream.close();
});

const withFiles = (origin: string): Organisation =>
  organisation(({ services }) => {
    for (const service of services) {
      service.upstream = origin;
      const path = '/tenants/{tenant}/files/{id}';
      service.routes.push({ method: 'GET', path, resource: 'files/{id}', action: 'read', download: true });
    }
  });

/** The most memory that the gateway has had so far, in kilobytes. */
async function mostMemory(): Promise<number> {
  const status = await readFile(`/proc/${site.gateway.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
}

async function download(token: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${site.gatewayUrl}/billing/tenants/acme/files/7`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of answer.body ?? []) {
    hash.update(piece);
    bytes += piece.length;
  }
  const record = answer.headers.get('countersign-record') ?? '';
  return { status: answer.status, bytes, sha256: `sha256:${hash.digest('hex')}`, record };
}

type Ended = { id: string; outcome: string | null; bytes: number | null; sentSha256: string | null };

/** What the record of a call and its leaf in the log say about what was sent. */
async function recorded(id: string) {
  let found: Ended | undefined;
  await eventually(
    'the outcome is at the broker',
    async () => {
      const records = await listAll<Ended>(site, 'tenantAuditor', '/tenants/acme/access-records');
      found = records.find((record) => record.id === id);
      return found?.outcome === 'completed';
    },
    60_000,
    200,
  );
  const leaves = await readLogsAt(site.store.url);
  const leaf = leaves.find(({ type, data }) => type === 'access.outcome' && data['record'] === id);
  const { bytes, sentSha256 } = found as Ended;
  return {
    record: { bytes, sentSha256 },
    leaf: { bytes: leaf?.data['bytes'], sentSha256: leaf?.data['sentSha256'] },
  };
}

test.each<[string, Record<string, string>, number, number, number]>([
  ['a file of 100 MiB', {}, 200, 0, FILE_BYTES],
  [
    '90 MiB of it',
    { range: `bytes=${5_000_001}-${5_000_000 + 90 * 1024 * 1024}` },
    206,
    5_000_001,
    5_000_001 + 90 * 1024 * 1024,
  ],
])(
  '%s passes at bounded memory; record and log have its bytes and its hash',
  async (_what, headers, status, from, to) => {
    const scope = [{ resource: 'files/*', actions: ['read'] }];
    const token = await mintToken(site, await makeGrant(site, 'engineer', { scope }));
    const before = await mostMemory();
    const got = await download(token, headers);
    const more = (await mostMemory()) - before;
    const expected = { bytes: to - from, sentSha256: hashOf(from, to) };
    expect(got).toMatchObject({ status, bytes: expected.bytes, sha256: expected.sentSha256 });
    expect(await recorded(got.record)).toEqual({ record: expected, leaf: expected });
    expect(more).toBeLessThan(MORE_KILOBYTES);
  },
  300_000,
);
