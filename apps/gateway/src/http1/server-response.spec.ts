import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { until } from '../../../../test/fakes/until.js';
import { DateLine, UnwritableHead, writeFields } from './message-writer.js';
import { type AnsweredRequest, type ResponseConnection, ServerResponse } from './server-response.js';

const DATE = 'Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n';
const KEEP = 'Connection: keep-alive\r\nKeep-Alive: timeout=65\r\n';
const CLOSE = 'Connection: close\r\n';
const GET: AnsweredRequest = { method: 'GET', minorVersion: 1, closes: false };

let server: Server;
let client: Socket;
let socket: Socket;
/** What the client has received. */
let received: Buffer;
/** What happened, in order. */
let happened: string[];
let connection: ResponseConnection & { isClosing: boolean };

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [socket] = (await once(server, 'connection')) as [Socket];
  received = Buffer.alloc(0);
  happened = [];
  client.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
  });
  for (const each of [client, socket]) each.on('error', () => undefined);
  connection = {
    socket,
    date: new DateLine(),
    wallClock: () => 0,
    isClosing: false,
    reset: () => void happened.push('reset'),
    waitsForReader: () => void happened.push('waits for the reader'),
    finished: () => void happened.push('finished'),
  };
});
afterEach(async () => {
  client.destroy();
  socket.destroy();
  server.close();
  await once(server, 'close');
});

function responseTo(request: Partial<AnsweredRequest> = {}): ServerResponse {
  const response = new ServerResponse(connection, { ...GET, ...request });
  response.observe({
    onSent: () => void happened.push('sent'),
    onClientGone: () => void happened.push('gone'),
    onClientDrain: () => void happened.push('drained'),
  });
  return response;
}

const text = () => received.toString('latin1');
/** The client has received this, and nothing else: a later mark arrives right behind it. */
async function expectReceived(expected: string): Promise<void> {
  socket.write('<mark>');
  await until(() => text().endsWith('<mark>'));
  expect(text()).toBe(`${expected}<mark>`);
}
/** Writes more than the client's system and ours keep, while the client reads nothing. */
function fill(response: ServerResponse): number {
  client.pause();
  let bytes = 0;
  while (!response.isBlocked) {
    response.write(Buffer.alloc(1 << 20, 'x'));
    bytes += 1 << 20;
  }
  return bytes;
}

describe('a whole response', () => {
  test('has its length in bytes, the time and how long the connection stays', async () => {
    const response = responseTo();
    expect([response.hasBegun, response.hasEnded, response.isGone, response.mustClose]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    response.send(200, ['X-A', 'b'], 'é');
    expect([response.hasBegun, response.hasEnded, response.mustClose]).toEqual([true, true, false]);
    await expectReceived(`HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\n${DATE}${KEEP}\r\n\xc3\xa9`);
    expect(happened).toEqual(['sent', 'finished']);
  });

  test.each([204, 304])('with %i has neither body nor length', async (status) => {
    responseTo().send(status, [], 'dropped');
    await until(() => happened.length > 0);
    socket.write('<mark>');
    await until(() => text().endsWith('<mark>'));
    expect(text()).toMatch(
      /^HTTP\/1\.1 (?:204 No Content|304 Not Modified)\r\nDate: [^\r]*\r\nConnection: keep-alive\r\nKeep-Alive: timeout=65\r\n\r\n<mark>$/,
    );
  });

  test('to HEAD has the length of the body that it leaves out', async () => {
    responseTo({ method: 'HEAD' }).send(200, [], 'four');
    await expectReceived(`HTTP/1.1 200 OK\r\nContent-Length: 4\r\n${DATE}${KEEP}\r\n`);
  });

  test('without content says so, with lines that were written before', async () => {
    responseTo().sendEmpty(403, writeFields(['X-A', 'b']));
    await expectReceived(`HTTP/1.1 403 Forbidden\r\nX-A: b\r\nContent-Length: 0\r\n${DATE}${KEEP}\r\n`);
    expect(happened).toEqual(['sent', 'finished']);
  });

  test.each(['Date', 'date', 'DATE'])('keeps the time that it brings in %s', async (name) => {
    responseTo().send(200, ['X-A', 'date', name, 'then'], '');
    await expectReceived(`HTTP/1.1 200 OK\r\nX-A: date\r\n${name}: then\r\nContent-Length: 0\r\n${KEEP}\r\n`);
  });

  test('gets the time from the server if only another field is as long, or has it as its value', async () => {
    responseTo().send(200, ['Etag', 'date'], '');
    await expectReceived(`HTTP/1.1 200 OK\r\nEtag: date\r\nContent-Length: 0\r\n${DATE}${KEEP}\r\n`);
  });

  test('has the fields that were added before, in their order, whatever it is', async () => {
    const response = responseTo();
    response.addFields(['X-B', '1']);
    response.addFields(['X-C', '2']);
    response.send(200, ['X-A', '0'], '');
    await expectReceived(
      `HTTP/1.1 200 OK\r\nX-A: 0\r\nContent-Length: 0\r\nX-B: 1\r\nX-C: 2\r\n${DATE}${KEEP}\r\n`,
    );
  });

  test('P4: does not begin if a field cannot be written, given or added', async () => {
    const response = responseTo();
    expect(() => response.begin(200, ['X', 'a\r\nb'], 0)).toThrow(UnwritableHead);
    response.addFields(['X', 'a\nb']);
    expect(() => response.begin(200, [], 0)).toThrow(UnwritableHead);
    expect(response.hasBegun).toBe(false);
    response.flush();
    await expectReceived('');
  });
});

describe('the connection is closed', () => {
  test.each<[string, () => ServerResponse]>([
    ['the request says so', () => responseTo({ closes: true })],
    [
      'the server is stopping',
      () => {
        connection.isClosing = true;
        return responseTo();
      },
    ],
    [
      'the caller wants it',
      () => {
        const response = responseTo();
        response.closeAfter();
        return response;
      },
    ],
  ])('after the response if %s, and the response says so', async (_, open) => {
    const response = open();
    response.send(200, [], 'ok');
    expect(response.mustClose).toBe(true);
    await expectReceived(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${DATE}${CLOSE}\r\nok`);
  });

  test('after a response of which only that shows the end', async () => {
    const response = responseTo({ minorVersion: 0 });
    response.begin(200, [], undefined);
    response.write(Buffer.from('a'));
    response.end();
    expect(response.mustClose).toBe(true);
    await expectReceived(`HTTP/1.1 200 OK\r\n${DATE}${CLOSE}\r\na`);
  });

  test('not after a response of HTTP/1.0 that has a length', async () => {
    const response = responseTo({ minorVersion: 0 });
    response.send(200, [], 'a');
    expect(response.mustClose).toBe(false);
    await expectReceived(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n${DATE}${KEEP}\r\na`);
  });
});

describe('a response in parts', () => {
  const CHUNKED = `HTTP/1.1 200 OK\r\n${DATE}${KEEP}Transfer-Encoding: chunked\r\n\r\n`;

  test('writes nothing before the turn is over, and each part as a chunk', async () => {
    const response = responseTo();
    response.begin(200, [], undefined);
    response.write(Buffer.from('ab'));
    response.write(Buffer.alloc(0));
    await expectReceived('');
    received = Buffer.alloc(0);
    response.flush();
    await expectReceived(`${CHUNKED}2\r\nab\r\n`);
    received = Buffer.alloc(0);
    response.flush();
    response.write(Buffer.from('c'.repeat(17)));
    response.end();
    await expectReceived(`11\r\n${'c'.repeat(17)}\r\n0\r\n\r\n`);
    expect(happened).toEqual(['sent', 'finished']);
  });

  test.each([
    ['fits into what is joined', 16_384 - CHUNKED.length],
    ['is a byte larger', 16_384 - CHUNKED.length + 1],
    ['is large', 100_000],
  ])('arrives whole if a part %s, with what was held before and behind it', async (_, size) => {
    const content = 'x'.repeat(size);
    const response = responseTo();
    response.begin(200, [], undefined);
    response.write(Buffer.from(content));
    response.write(Buffer.from('end'));
    response.end();
    await expectReceived(`${CHUNKED}${size.toString(16)}\r\n${content}\r\n3\r\nend\r\n0\r\n\r\n`);
  });

  test('leaves at once with a large part, and a small one waits for the end of the turn', async () => {
    const response = responseTo();
    response.begin(200, [], undefined);
    response.write(Buffer.alloc(16_384 - CHUNKED.length, 'x'));
    await expectReceived('');
    received = Buffer.alloc(0);
    response.write(Buffer.from('y'));
    await until(() => text().includes('1\r\ny'));
    expect(text().startsWith(CHUNKED)).toBe(true);
    response.write(Buffer.alloc(100_000, 'z'));
    await until(() => text().endsWith('z'.repeat(100_000)));
  });

  test('with a length has no chunks', async () => {
    const content = 'x'.repeat(100_000);
    const response = responseTo();
    response.begin(200, ['Content-Length', '100003'], 100_003);
    response.flush();
    response.write(Buffer.from(content));
    response.write(Buffer.from('end'));
    response.end();
    await expectReceived(`HTTP/1.1 200 OK\r\nContent-Length: 100003\r\n${DATE}${KEEP}\r\n${content}end`);
  });

  test('drops parts of a body that it must not have, and those after its end', async () => {
    const head = responseTo({ method: 'HEAD' });
    head.begin(200, [], undefined);
    head.write(Buffer.alloc(100_000));
    head.end();
    await expectReceived(`HTTP/1.1 200 OK\r\n${DATE}${KEEP}\r\n`);
    received = Buffer.alloc(0);
    const ended = responseTo();
    ended.begin(200, [], undefined);
    ended.end();
    ended.write(Buffer.alloc(100_000));
    ended.write(Buffer.from('late'));
    ended.flush();
    ended.end();
    await expectReceived(`${CHUNKED}0\r\n\r\n`);
    expect(happened).toEqual(['sent', 'finished', 'sent', 'finished']);
  });

  test('a part can be written out: the promise resolves when it has left', async () => {
    const response = responseTo();
    response.begin(200, [], undefined);
    await response.writeOut(Buffer.from('ab'));
    expect(socket.writableLength).toBe(0);
    await expectReceived(`${CHUNKED}2\r\nab\r\n`);
    client.destroy();
    await until(() => socket.destroyed || socket.readableEnded);
    socket.destroy();
    await response.writeOut(Buffer.from('never sent'));
  });

  test('a body is invited before the response begins', async () => {
    const response = responseTo({ method: 'POST' });
    response.writeContinue();
    response.send(200, [], '');
    await expectReceived(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n${DATE}${KEEP}\r\n`,
    );
  });
});

test('every byte of a field and of a body leaves as it is', async () => {
  const bytes = Buffer.from([0, 0x7f, 0x80, 0xe9, 0xff]);
  const flushed = responseTo();
  flushed.begin(200, ['X', '\xe9'], undefined);
  flushed.write(bytes);
  flushed.flush();
  flushed.write(bytes);
  flushed.end();
  const large = responseTo();
  large.begin(200, ['X', '\xe9'], 100_000);
  large.write(Buffer.alloc(100_000, 0xe9));
  large.end();
  const content = bytes.toString('latin1');
  const head = `HTTP/1.1 200 OK\r\nX: \xe9\r\n${DATE}${KEEP}`;
  await expectReceived(
    `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n${content}\r\n5\r\n${content}\r\n0\r\n\r\n${head}\r\n${'\xe9'.repeat(100_000)}`,
  );
});

test('bytes that wait only for the end of the turn block nothing', () => {
  const response = responseTo();
  socket.cork();
  socket.write('x');
  expect([socket.writableLength > 0, response.isBlocked]).toEqual([true, false]);
  socket.uncork();
});

describe('a client that reads slowly', () => {
  test('blocks the response until it has read on', async () => {
    const response = responseTo();
    expect(response.isBlocked).toBe(false);
    response.begin(200, [], undefined);
    fill(response);
    response.drained();
    expect(happened).toEqual([]);
    socket.on('drain', () => response.drained());
    client.resume();
    await until(() => happened.length > 0);
    expect([response.isBlocked, happened]).toEqual([false, ['drained']]);
  });

  test('delays the end of the response: it is sent when the last byte has left', async () => {
    const response = responseTo();
    response.begin(200, [], undefined);
    fill(response);
    response.end();
    expect([response.hasEnded, happened]).toEqual([true, ['waits for the reader']]);
    client.resume();
    await until(() => happened.length > 1);
    expect([happened, socket.writableLength]).toEqual([['waits for the reader', 'sent', 'finished'], 0]);
    await until(() => text().endsWith('\r\n0\r\n\r\n'));
  });

  test('that leaves instead gets no end', async () => {
    const response = responseTo();
    response.begin(200, [], undefined);
    fill(response);
    response.end();
    client.resetAndDestroy();
    await until(() => socket.closed);
    response.connectionEnded();
    expect(happened).toEqual(['waits for the reader', 'gone']);
  });
});

describe('a client that has left', () => {
  test('is noticed once, and nothing is written for it any more', async () => {
    const response = responseTo();
    response.begin(200, [], undefined);
    response.connectionEnded();
    response.connectionEnded();
    expect([response.isGone, happened]).toEqual([true, ['gone']]);
    response.writeContinue();
    response.write(Buffer.alloc(100_000));
    response.flush();
    response.end();
    expect(response.hasEnded).toBe(false);
    await expectReceived('');
    expect(happened).toEqual(['gone']);
  });

  test('after the response concerns it no more', async () => {
    const response = responseTo();
    response.send(200, [], '');
    response.connectionEnded();
    expect([response.isGone, happened]).toEqual([false, ['sent', 'finished']]);
  });

  test('does not count as served if the connection is destroyed before the end', () => {
    const response = responseTo();
    response.begin(200, [], undefined);
    socket.destroy();
    response.end();
    expect(happened).toEqual([]);
  });

  test('and no one observes the response: nothing happens', () => {
    const [gone, sent, drained] = [responseTo(), responseTo(), responseTo()];
    for (const response of [gone, sent, drained]) response.observe(undefined);
    gone.connectionEnded();
    drained.drained();
    sent.send(200, [], '');
    expect(happened).toEqual(['finished']);
  });
});

describe('a response that is broken off', () => {
  const begun = (request: Partial<AnsweredRequest>, length?: number) => {
    const response = responseTo(request);
    response.begin(200, [], length);
    response.flush();
    return response;
  };

  test('P4: resets the connection if only its end would show the end of the body', () => {
    begun({ minorVersion: 0 }).destroy();
    expect([happened, socket.destroyed]).toEqual([['reset'], false]);
  });

  test.each<[string, () => ServerResponse]>([
    ['that has a length', () => begun({ minorVersion: 0 }, 5)],
    ['in chunks', () => begun({})],
    ['that has not begun', () => responseTo({ minorVersion: 0 })],
  ])('%s destroys the connection', (_, open) => {
    open().destroy();
    expect([happened, socket.destroyed]).toEqual([[], true]);
  });

  test('after its end is whole: the connection is not reset', () => {
    const response = begun({ minorVersion: 0 });
    response.end();
    response.destroy();
    expect([happened, socket.destroyed]).toEqual([['sent', 'finished'], true]);
  });
});
