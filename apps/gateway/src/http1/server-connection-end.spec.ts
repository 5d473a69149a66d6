import { until } from '../../../../test/fakes/until.js';
import { GET, ServedConnections } from '../../../../test/support/served-connections.js';

let served: ServedConnections;

beforeEach(async () => {
  served = await ServedConnections.start();
});
afterEach(async () => {
  await served.close();
});

describe('requests', () => {
  test('whose client ends its side after them are not answered: it has left', async () => {
    const { socket, text, isEnded } = await served.client();
    socket.end(GET);
    await until(isEnded);
    expect(text()).toBe('');
    expect(served.exchanges[0]?.response.isGone ?? true).toBe(true);
  });

  test('whose client reads on are notified that they may send more', async () => {
    const { socket } = await served.client();
    socket.pause();
    socket.write(GET);
    await until(() => served.exchanges.length === 1);
    const { response } = served.exchanges[0]!;
    let drained = 0;
    response.observe({
      onClientDrain: () => {
        drained += 1;
      },
      onClientGone: () => undefined,
      onSent: () => undefined,
    });
    response.begin(200, [], undefined);
    while (!response.isBlocked) response.write(Buffer.alloc(1 << 20));
    socket.resume();
    await until(() => drained > 0);
    expect(response.isBlocked).toBe(false);
  });

  test('whose client ends its side, and reads nothing more, are cut at once', async () => {
    const { socket } = await served.client();
    socket.pause();
    socket.write(GET);
    await until(() => served.exchanges.length === 1);
    const { response } = served.exchanges[0]!;
    response.begin(200, [], undefined);
    while (!response.isBlocked) response.write(Buffer.alloc(1 << 20));
    socket.end();
    await until(() => response.isGone);
  });

  test('whose client ends its side while it gets the last answer get it whole', async () => {
    served.onExchange = ({ response }) => response.send(200, [], 'ok');
    const { socket, text, isEnded } = await served.client();
    socket.end('GET /x HTTP/1.0\r\n\r\n');
    await until(isEnded);
    expect(text()).toMatch(/ok$/);
  });

  test('whose connection closes release their bodies', async () => {
    const { socket } = await served.client();
    socket.write('POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nab');
    await until(() => served.exchanges.length === 1);
    const { body, response } = served.exchanges[0]!;
    socket.resetAndDestroy();
    await until(() => response.isGone);
    let pieces = 0;
    body.read({
      onBodyPiece: () => {
        pieces += 1;
      },
      onBodyEnd: () => undefined,
      onBodyFailure: () => undefined,
    });
    expect(pieces).toBe(0);
  });

  test('whose answer is whole release what no one has read of their bodies', async () => {
    const { socket, text } = await served.client({ allowHalfOpen: true });
    socket.write('POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nab');
    await until(() => served.exchanges.length === 1);
    const { body, response } = served.exchanges[0]!;
    response.send(403, [], 'no');
    await until(() => text().endsWith('no'));
    const pieces: Buffer[] = [];
    body.read({
      onBodyPiece: (piece) => pieces.push(piece),
      onBodyEnd: () => undefined,
      onBodyFailure: () => undefined,
    });
    expect(pieces).toEqual([]);
  });

  test('behind the last answer of a connection are discarded, however many there are', async () => {
    served.onExchange = ({ response }) => response.send(200, [], 'ok');
    const { socket, text } = await served.client({ allowHalfOpen: true });
    const last = 'GET /x HTTP/1.0\r\n\r\n';
    socket.write(last);
    await until(() => text().endsWith('ok'));
    socket.write(GET.repeat(150));
    await until(() => served.accepted[0]!.socket.bytesRead === last.length + 150 * GET.length);
    expect([served.exchanges.length, served.unanswered]).toEqual([1, 0]);
  });

  test('that got the last answer keep their connection when the server shuts down: their client can still read the answer', async () => {
    served.onExchange = ({ response }) => response.send(200, [], 'ok');
    const { socket } = await served.client({ allowHalfOpen: true });
    socket.write('GET /x HTTP/1.0\r\n\r\n');
    await until(() => served.accepted[0]?.socket.writableFinished === true);
    served.accepted[0]!.shutDown();
    expect(served.accepted[0]!.socket.destroyed).toBe(false);
  });

  test('that were on their way when an idle connection shuts down are served: the last ones, and their client reads so', async () => {
    served.onExchange = ({ response }) => response.send(200, [], 'ok');
    const { socket, text, isEnded } = await served.client();
    socket.write(GET);
    await until(() => text().endsWith('ok'));
    served.accepted[0]!.shutDown();
    socket.write(GET);
    await until(isEnded);
    expect([served.exchanges.length, text()]).toEqual([
      2,
      expect.stringMatching(/Connection: close\r\n\r\nok$/),
    ]);
  });

  test('whose client has already gone have no address of it', async () => {
    const here = await served.client();
    await until(() => served.accepted.length === 1);
    here.socket.write(GET);
    await until(() => served.exchanges.length === 1);
    expect(served.exchanges[0]!.peer).toBe('127.0.0.1');
    const gone = await served.client();
    await until(() => served.accepted.length === 2);
    // The system delivers what was sent before the reset, and has no address of the client any more.
    gone.socket.write(GET);
    gone.socket.resetAndDestroy();
    await until(() => served.exchanges.length === 2);
    expect(served.exchanges[1]!.peer).toBe('');
  });

  test('P4: whose answer is broken off, and has no other end than that of the connection, reset the connection', async () => {
    const { socket, text, isEnded } = await served.client();
    const ends: (string | undefined)[] = [];
    socket.on('error', ({ code }: NodeJS.ErrnoException) => ends.push(code));
    socket.on('end', () => ends.push('an orderly end'));
    socket.write('GET /x HTTP/1.0\r\n\r\n');
    await until(() => served.exchanges.length === 1);
    const { response } = served.exchanges[0]!;
    response.begin(200, [], undefined);
    response.write(Buffer.from('half'));
    response.flush();
    // Node takes a reset that it notices together with bytes for an end.
    await until(() => text().endsWith('half'));
    response.destroy();
    await until(isEnded);
    expect(ends).toEqual(['ECONNRESET']);
  });

  test('whose client resets the connection before the answer is written are notified of that, and not that it was sent', async () => {
    const { socket } = await served.client();
    socket.write(GET);
    await until(() => served.exchanges.length === 1);
    const { response } = served.exchanges[0]!;
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

  test('whose client goes away are notified; those that wait are never served', async () => {
    const { socket } = await served.client();
    socket.write(GET + GET);
    await until(() => served.exchanges.length === 1);
    let isGone = false;
    served.exchanges[0]!.response.observe({
      onClientGone: () => {
        isGone = true;
      },
      onClientDrain: () => undefined,
      onSent: () => undefined,
    });
    socket.resetAndDestroy();
    await until(() => isGone);
    expect(served.exchanges).toHaveLength(1);
  });
});

describe('a connection without a request', () => {
  test('ends when its client ends its side', async () => {
    const { socket, isEnded } = await served.client({ allowHalfOpen: true });
    socket.end();
    await until(isEnded);
  });

  test('is not refused as late once it has closed', async () => {
    const { socket } = await served.client();
    socket.destroy();
    await until(() => served.accepted[0]!.socket.closed);
    served.now = 10_000;
    served.tick();
    expect(served.late).toBe(0);
  });
});
