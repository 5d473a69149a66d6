import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { until } from '../../../../test/fakes/until.js';
import { poolParts } from '../../../../test/support/sent-call.js';
import { OpenCall } from '../budget/open-calls.js';
import { requestBodyDecoder } from '../http1/body-decoder.js';
import type { Framing } from '../http1/framing.js';
import { DateLine } from '../http1/message-writer.js';
import { RequestBody } from '../http1/request-body.js';
import { ServerResponse } from '../http1/server-response.js';
import { type RequestSender, UpstreamPool } from '../http1/upstream-pool.js';
import { forwardCall } from './forward-call.js';
import type { Forwarded, Forwarding } from './forwarding.js';
import { LocationRewriter } from './location-rewriter.js';

let server: Server;
let pool: UpstreamPool;
let url: URL;
/** Connections that the upstream has accepted, and how many requests have arrived on them together. */
let connections: Socket[];
let requests: number;

beforeEach(async () => {
  connections = [];
  requests = 0;
  server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests += 1;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  pool = new UpstreamPool(url, poolParts());
});
afterEach(async () => {
  pool.close();
  for (const socket of connections) socket.destroy();
  server.close();
  await once(server, 'close');
});

type Options = { reads: boolean; buffer: number; bodyBytes?: number };

/**
 * Forwards a GET, or a POST with a body of so many bytes. A client that does not read takes no byte; `buffer`: how many of
 * them may wait for it.
 */
function forward(options: Options) {
  const { forwarding, ...parts } = forwardingOf(options);
  const ended = new Promise<Forwarded>((resolve) => forwardCall(forwarding, resolve));
  return { ...parts, ended };
}

function forwardingOf({ reads, buffer, bodyBytes }: Options): {
  forwarding: Forwarding;
  body: RequestBody;
  client: Duplex;
  call: OpenCall;
} {
  const client = new Duplex({
    writableHighWaterMark: buffer,
    read: () => undefined,
    write: (_bytes, _encoding, written) => {
      if (reads) written();
    },
  });
  const connection = {
    socket: client as Socket,
    date: new DateLine(),
    wallClock: () => 0,
    isClosing: false,
    waitsForReader: () => undefined,
    reset: () => undefined,
    finished: () => undefined,
  };
  const call = new OpenCall('sha256:0', 'grt_1', 'billing', 0, 'acme', 'usr_1', 0, 'kid');
  const locations = new LocationRewriter(() => {
    throw new Error('no response here has a location');
  });
  const framing: Framing = bodyBytes === undefined ? { kind: 'none' } : { kind: 'length', bytes: bodyBytes };
  const body = new RequestBody(requestBodyDecoder(framing), client);
  const forwarding: Forwarding = {
    upstream: pool,
    connectionOwner: 'sha256:0',
    origin: {
      service: 'billing',
      upstream: url,
      locations,
      answersCors: false,
      ownHost: false,
      isShared: false,
    },
    method: bodyBytes === undefined ? 'GET' : 'POST',
    target: '/x',
    headers: [],
    framing,
    readBody: undefined,
    body,
    maxBodyBytes: 1_000,
    response: new ServerResponse(connection, { method: 'GET', minorVersion: 1, closes: false }),
    record: 'rec_1',
    download: undefined,
    confirmedTenant: undefined,
    changeAnswer: undefined,
    call,
    onBodyArrived: () => undefined,
    now: () => 0,
    takeBytes: (bytes) => bytes,
    moreBytes: async () => 'more',
  };
  return { forwarding, body, client, call };
}

async function answer(count: number): Promise<void> {
  await until(() => requests >= count);
  connections[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
}

describe('a client that has not read its whole response, while the connection to the upstream carries the next call', () => {
  async function twoCalls(buffer: number) {
    const slow = forward({ reads: false, buffer });
    await answer(1);
    // The connection can be used again as soon as the response has been read from it.
    await until(() => slow.client.writableLength > 0);
    const next = forward({ reads: true, buffer: 65_536 });
    return { slow, next };
  }

  test('does not hold back the next call', async () => {
    const { next } = await twoCalls(1);
    await answer(2);
    expect(await next.ended).toMatchObject({ outcome: 'completed', bytes: 2 });
    expect(connections).toHaveLength(1);
  });

  test('does not end the next call when it disconnects', async () => {
    const { slow, next } = await twoCalls(65_536);
    await until(() => requests === 2);
    slow.call.cut('client_gone');
    expect(await slow.ended).toMatchObject({ outcome: 'cut', cutBy: 'client_gone' });
    await answer(2);
    expect(await next.ended).toMatchObject({ outcome: 'completed', bytes: 2 });
    expect(connections).toHaveLength(1);
  });
});

test('a response that comes before the whole body ends the body: no hash of a part is recorded', async () => {
  const { body, client, call, ended } = forward({ reads: false, buffer: 65_536, bodyBytes: 10 });
  body.push(Buffer.from('12345'), 0);
  await answer(1);
  await until(() => client.writableLength > 0);
  body.push(Buffer.from('67890'), 0);
  call.cut('client_gone');
  expect(await ended).toMatchObject({ status: 200, outcome: 'cut', bodySha256: null });
});

test('a fault while the request is sent is thrown, and what the client then receives ends no call a second time', () => {
  const { forwarding, call } = forwardingOf({ reads: true, buffer: 65_536 });
  const upstream: RequestSender = {
    send: () => {
      throw new RangeError('a fault of ours');
    },
  };
  const settled: Forwarded[] = [];
  expect(() => forwardCall({ ...forwarding, upstream }, (result) => settled.push(result))).toThrow(
    'a fault of ours',
  );
  forwarding.response.send(503, [], 'refused');
  forwarding.response.connectionEnded();
  call.cut('shutdown');
  expect(forwarding.response.hasEnded).toBe(true);
  expect(settled).toEqual([]);
});
