import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { until } from '../../../../test/fakes/until.js';
import { readRequestFraming } from './framing.js';
import { DateLine } from './message-writer.js';
import { type MessageRules, ServerConnection, type ServerExchange } from './server-connection.js';

type Rules = MessageRules & { target: string };

let server: Server;
let now = 0;
let accepted: ServerConnection<Rules>[];
let exchanges: ServerExchange<Rules>[];
let unanswered: number;
let onExchange: (exchange: ServerExchange<Rules>) => void;
const clients: Socket[] = [];

beforeEach(async () => {
  now = 0;
  accepted = [];
  exchanges = [];
  unanswered = 0;
  onExchange = () => undefined;
  const behaviour = {
    maxHeadBytes: 1_000,
    read: readHead,
    serve: (exchange: ServerExchange<Rules>) => {
      exchanges.push(exchange);
      onExchange(exchange);
    },
    refuse: (response: ServerExchange<Rules>['response'], rule: string) => response.send(400, [], rule),
    refuseLate: (response: ServerExchange<Rules>['response']) => response.send(408, [], 'late'),
    countHandshake: () => undefined,
    countUnanswered: () => {
      unanswered += 1;
    },
    onFault: (_error: unknown, response: ServerExchange<Rules>['response'] | undefined) =>
      response?.send(503, [], 'fault'),
    wallClock: () => 0,
  };
  server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(new ServerConnection(socket, behaviour, new DateLine(), () => now));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const { socket } of accepted) socket.destroy();
  server.close();
  await once(server, 'close');
});

function readHead(head: {
  method: string;
  target: string;
  minorVersion: 0 | 1;
  fields: readonly (readonly [string, string])[];
}): Rules {
  const { method, target, minorVersion, fields } = head;
  if (target === '/fault') throw new TypeError('a fault of ours');
  return { method, target, minorVersion, framing: readRequestFraming(fields), closes: minorVersion === 0 };
}

async function client(): Promise<{ socket: Socket; text(): string; isEnded(): boolean }> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  clients.push(socket);
  let text = '';
  let ended = false;
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    ended = true;
  });
  await once(socket, 'connect');
  const count = accepted.length;
  await until(() => accepted.length >= Math.max(1, count));
  return { socket, text: () => text, isEnded: () => ended };
}

const tick = () => {
  for (const connection of accepted) connection.checkTime(now);
};
const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';

describe('time', () => {
  test.each([
    ['nothing', ''],
    ['a part of a head', 'GET /x HTTP/1.1\r\nHost'],
  ])('a new connection that sends %s gets 408 after ten seconds', async (_, bytes) => {
    const { socket, text } = await client();
    socket.write(bytes);
    await until(() => bytes === '' || accepted[0]!.socket.bytesRead > 0);
    now = 9_999;
    tick();
    expect(text()).toBe('');
    now = 10_000;
    tick();
    await until(() => text().startsWith('HTTP/1.1 408 '));
  });

  test('a head that arrives byte by byte has ten seconds in all', async () => {
    const { socket, text } = await client();
    for (const [index, byte] of [...GET.slice(0, -1)].entries()) {
      socket.write(byte);
      await until(() => accepted[0]!.socket.bytesRead === index + 1);
      now += 100;
      tick();
    }
    expect(text()).toBe('');
    now = 10_000;
    tick();
    await until(() => text().startsWith('HTTP/1.1 408 '));
  });

  test('an idle connection is closed without a word after 65 seconds, a further head has ten again', async () => {
    onExchange = ({ response }) => response.send(200, [], 'ok');
    const idle = await client();
    idle.socket.write(GET);
    await until(() => idle.text().endsWith('ok'));
    const slow = await client();
    slow.socket.write(GET);
    await until(() => slow.text().endsWith('ok'));
    now = 64_000;
    slow.socket.write('GET');
    await until(() => accepted[1]!.socket.bytesRead === GET.length + 3);
    tick();
    expect([idle.isEnded(), slow.isEnded()]).toEqual([false, false]);
    now = 65_000;
    tick();
    await until(idle.isEnded);
    expect(idle.text().match(/HTTP\/1\.1/g)).toHaveLength(1);
    now = 74_000;
    tick();
    await until(() => slow.text().includes('HTTP/1.1 408 '));
  });

  test('a request that is being served has no limit here, also if a part of the next head has come', async () => {
    const { socket, isEnded } = await client();
    socket.write(`${GET}GET /part`);
    await until(() => exchanges.length === 1 && accepted[0]!.socket.bytesRead > GET.length);
    now = 1e9;
    tick();
    expect(accepted[0]!.socket.destroyed).toBe(false);
    exchanges[0]!.response.send(200, [], 'ok');
    now += 10_000;
    tick();
    await until(isEnded);
  });

  test('a client that does not read a whole answer is cut after twenty seconds', async () => {
    const { socket } = await client();
    socket.pause();
    socket.write(GET);
    await until(() => exchanges.length === 1);
    const { response } = exchanges[0]!;
    response.begin(200, [], undefined);
    while (accepted[0]!.socket.writableLength === 0) response.write(Buffer.alloc(1 << 20));
    response.end();
    now = 19_999;
    tick();
    expect(accepted[0]!.socket.destroyed).toBe(false);
    now = 20_000;
    tick();
    expect(accepted[0]!.socket.destroyed).toBe(true);
  });

  test('a client that keeps its side open after the last answer is cut after a second', async () => {
    const { socket, text } = await client();
    socket.write('nonsense\r\n\r\n');
    await until(() => text().startsWith('HTTP/1.1 400 '));
    now = 999;
    tick();
    now = 1_000;
    tick();
    await until(() => accepted[0]!.socket.destroyed);
  });
});

describe('requests', () => {
  test('are served one at a time and in order, in however many pieces they come', async () => {
    const text = `${GET}POST /y HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc${GET}`;
    const order: string[] = [];
    onExchange = ({ canonical, body, response }) => {
      order.push(canonical.target);
      let content = '';
      body.read({
        onBodyPiece: (piece) => {
          content += piece.toString();
        },
        onBodyEnd: () => response.send(200, [], `<${content}>`),
        onBodyFailure: () => undefined,
      });
    };
    for (const size of [1, 2, 3, 7, 1_000]) {
      const { socket, text: got } = await client();
      socket.setNoDelay(true);
      for (let at = 0; at < text.length; at += size)
        await new Promise((resolve) => socket.write(text.slice(at, at + size), resolve));
      await until(() => got().match(/<[^>]*>/g)?.length === 3);
      expect(got().match(/<[^>]*>/g)).toEqual(['<>', '<abc>', '<>']);
      expect(order.splice(0)).toEqual(['/x', '/y', '/x']);
    }
  });

  test('wait while one is served, but what is no HTTP behind it breaks the connection at once', async () => {
    const { socket, isEnded } = await client();
    socket.write(GET + GET);
    await until(() => exchanges.length === 1);
    socket.write('SSH-2.0-x\r\n\r\n');
    await until(isEnded);
    expect([exchanges.length, unanswered, exchanges[0]!.response.isGone]).toEqual([1, 1, true]);
  });

  test('of which more than a hundred wait break the connection', async () => {
    const { socket, isEnded } = await client();
    socket.write(GET.repeat(101));
    await until(isEnded);
    expect([exchanges.length, unanswered]).toEqual([1, 1]);
  });

  test('whose body no one reads end the connection after the answer, which arrives whole', async () => {
    onExchange = ({ response }) => response.send(403, [], 'no');
    const { socket, text, isEnded } = await client();
    socket.write(`POST /x HTTP/1.1\r\nContent-Length: 500000\r\n\r\n${'x'.repeat(400_000)}`);
    await until(() => text().endsWith('no'));
    socket.write(`${'x'.repeat(100_000)}${GET}`);
    socket.end();
    await until(isEnded);
    expect(exchanges).toHaveLength(1);
  });

  test('whose body arrives in many reads are served once, and the next one follows', async () => {
    const size = 300_000;
    let bytes = 0;
    onExchange = ({ body, response }) =>
      body.read({
        onBodyPiece: (piece) => {
          bytes += piece.length;
        },
        onBodyEnd: () => response.send(200, [], 'ok'),
        onBodyFailure: () => undefined,
      });
    const { socket, text } = await client();
    socket.write(`POST /x HTTP/1.1\r\nContent-Length: ${size}\r\n\r\n`);
    await until(() => exchanges.length === 1);
    for (let left = size; left > 0; left -= 100_000)
      await new Promise((resolve) => socket.write(Buffer.alloc(100_000), resolve));
    socket.write(GET);
    await until(() => exchanges.length === 2 && text().endsWith('ok'));
    await until(() => text().match(/HTTP\/1\.1 200/g)?.length === 2);
    expect(bytes).toBe(size);
  });

  test('whose body breaks a rule in the read of its head are refused by that rule, and never served', async () => {
    const { socket, text, isEnded } = await client();
    socket.write(`POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n${GET}`);
    await until(() => text().includes('the size of a chunk'));
    socket.end();
    await until(isEnded);
    expect([exchanges.length, text().match(/HTTP\/1\.1 /g)?.length]).toEqual([0, 1]);
    expect(text()).toMatch(/^HTTP\/1\.1 400 .*the size of a chunk is not 1 to 8 hex digits$/s);
  });

  test('whose client has gone already have no address of it', async () => {
    const here = await client();
    await until(() => accepted.length === 1);
    here.socket.write(GET);
    await until(() => exchanges.length === 1);
    expect(exchanges[0]!.peer).toBe('127.0.0.1');
    const gone = await client();
    await until(() => accepted.length === 2);
    // The system delivers what was sent before the reset, and has no address of the client any more.
    gone.socket.write(GET);
    gone.socket.resetAndDestroy();
    await until(() => exchanges.length === 2);
    expect(exchanges[1]!.peer).toBe('');
  });

  test('P4: whose answer is broken off, and has no other end than that of the connection, reset the connection', async () => {
    const { socket, text, isEnded } = await client();
    const ends: (string | undefined)[] = [];
    socket.on('error', ({ code }: NodeJS.ErrnoException) => ends.push(code));
    socket.on('end', () => ends.push('an orderly end'));
    socket.write('GET /x HTTP/1.0\r\n\r\n');
    await until(() => exchanges.length === 1);
    const { response } = exchanges[0]!;
    response.begin(200, [], undefined);
    response.write(Buffer.from('half'));
    response.flush();
    // Node takes a reset that it notices together with bytes for an end.
    await until(() => text().endsWith('half'));
    response.destroy();
    await until(isEnded);
    expect(ends).toEqual(['ECONNRESET']);
  });

  test('whose body breaks a rule before its answer end the connection after the answer', async () => {
    const { socket, text } = await client();
    socket.write('POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n');
    await until(() => exchanges.length === 1);
    const { body, response } = exchanges[0]!;
    socket.write('no chunk\r\n');
    await until(() => body.failure !== undefined);
    response.send(200, [], 'ok');
    await until(() => text().endsWith('ok'));
    expect(accepted[0]!.socket.writableEnded).toBe(true);
  });

  test('whose client resets the connection before the answer is written are not answered, but told so', async () => {
    const { socket } = await client();
    socket.write(GET);
    await until(() => exchanges.length === 1);
    const { response } = exchanges[0]!;
    const happened: string[] = [];
    response.observe({
      onClientGone: () => happened.push('gone'),
      onClientDrain: () => undefined,
      onSent: () => happened.push('sent'),
    });
    // The system knows of the reset at once. Node reports it in a later turn.
    socket.resetAndDestroy();
    response.send(200, [], 'ok');
    await until(() => happened.length > 0);
    expect(happened).toEqual(['gone']);
  });

  test('whose client goes away are told so, also those that wait', async () => {
    const { socket } = await client();
    socket.write(GET + GET);
    await until(() => exchanges.length === 1);
    let isGone = false;
    exchanges[0]!.response.observe({
      onClientGone: () => {
        isGone = true;
      },
      onClientDrain: () => undefined,
      onSent: () => undefined,
    });
    socket.resetAndDestroy();
    await until(() => isGone);
    expect(exchanges).toHaveLength(1);
  });
});

describe('an error of ours', () => {
  const FAULT = 'GET /fault HTTP/1.1\r\nHost: a\r\n\r\n';

  test('refuses the request that was being read, and ends its connection', async () => {
    const { socket, text, isEnded } = await client();
    socket.write(FAULT + GET);
    await until(isEnded);
    expect(text()).toMatch(/^HTTP\/1\.1 503 .*fault$/s);
    expect(exchanges).toHaveLength(0);
  });

  test('behind a request that is being served breaks the connection: there is no place for an answer', async () => {
    const { socket, text, isEnded } = await client();
    socket.write(GET);
    await until(() => exchanges.length === 1);
    socket.write(FAULT);
    await until(isEnded);
    expect([text(), exchanges[0]!.response.isGone]).toEqual(['', true]);
  });
});

test('a connection that shuts down ends after the answer that is under way, and says so', async () => {
  const busy = await client();
  busy.socket.write(GET);
  await until(() => exchanges.length === 1);
  const idle = await client();
  await until(() => accepted.length === 2);
  for (const connection of accepted) connection.shutDown();
  await until(idle.isEnded);
  expect(busy.isEnded()).toBe(false);
  exchanges[0]!.response.send(200, [], 'ok');
  await until(busy.isEnded);
  expect(busy.text()).toMatch(
    /^HTTP\/1\.1 200 OK\r\nContent-Length: 2\r\nDate: .*\r\nConnection: close\r\n\r\nok$/,
  );
});
