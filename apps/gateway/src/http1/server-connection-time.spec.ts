import { until } from '../../../../test/fakes/until.js';
import { GET, ServedConnections } from '../../../../test/support/served-connections.js';

let served: ServedConnections;

beforeEach(async () => {
  served = await ServedConnections.start();
});
afterEach(async () => {
  await served.close();
});

/** Whether a connection goes on. One that ends after a refusal is not destroyed for a second. */
function isOpen(at: number): boolean {
  const { destroyed, writableEnded } = served.accepted[at]!.socket;
  return !destroyed && !writableEnded;
}

describe('time', () => {
  test.each([
    ['nothing', ''],
    ['a part of a head', 'GET /x HTTP/1.1\r\nHost'],
  ])('a new connection that sends %s gets 408 after ten seconds', async (_, bytes) => {
    const { socket, text } = await served.client();
    socket.write(bytes);
    await until(() => bytes === '' || served.accepted[0]!.socket.bytesRead > 0);
    served.now = 9_999;
    served.tick();
    expect(isOpen(0)).toBe(true);
    served.now = 10_000;
    served.tick();
    await until(() => text().startsWith('HTTP/1.1 408 '));
  });

  test('a head that arrives byte by byte has ten seconds in all', async () => {
    const { socket, text } = await served.client();
    for (const [index, byte] of [...GET.slice(0, -1)].entries()) {
      socket.write(byte);
      await until(() => served.accepted[0]!.socket.bytesRead === index + 1);
      served.now += 100;
      served.tick();
    }
    expect(isOpen(0)).toBe(true);
    served.now = 10_000;
    served.tick();
    await until(() => text().startsWith('HTTP/1.1 408 '));
  });

  test('an idle connection is closed without a word after 65 seconds, a further head has ten again', async () => {
    served.onExchange = ({ response }) => response.send(200, [], 'ok');
    const idle = await served.client();
    idle.socket.write(GET);
    await until(() => idle.text().endsWith('ok'));
    const slow = await served.client();
    slow.socket.write(GET);
    await until(() => slow.text().endsWith('ok'));
    served.now = 64_000;
    slow.socket.write('GET');
    await until(() => served.accepted[1]!.socket.bytesRead === GET.length + 3);
    served.tick();
    expect([isOpen(0), isOpen(1)]).toEqual([true, true]);
    served.now = 65_000;
    served.tick();
    await until(idle.isEnded);
    expect(idle.text().match(/HTTP\/1\.1/g)).toHaveLength(1);
    served.now = 74_000;
    served.tick();
    await until(() => slow.text().includes('HTTP/1.1 408 '));
  });

  test('when the server shuts down, connections that stay idle are closed without a word after two and a half seconds', async () => {
    served.onExchange = ({ response }) => response.send(200, [], 'ok');
    const answered = await served.client();
    answered.socket.write(GET);
    await until(() => answered.text().endsWith('ok'));
    const silent = await served.client();
    await until(() => served.accepted.length === 2);
    for (const connection of served.accepted) connection.shutDown();
    served.now = 2_499;
    served.tick();
    expect([isOpen(0), isOpen(1)]).toEqual([true, true]);
    served.now = 2_500;
    served.tick();
    await until(() => answered.isEnded() && silent.isEnded());
    expect([answered.text().match(/HTTP\/1\.1/g), silent.text()]).toEqual([['HTTP/1.1'], '']);
  });

  test('the first byte of a new connection gives it no more time', async () => {
    const { socket, text } = await served.client();
    served.now = 5_000;
    socket.write('GET');
    await until(() => served.accepted[0]!.socket.bytesRead === 3);
    served.now = 10_000;
    served.tick();
    await until(() => text().startsWith('HTTP/1.1 408 '));
  });

  test('a further head that arrives byte by byte has ten seconds in all, from its first byte', async () => {
    served.onExchange = ({ response }) => response.send(200, [], 'ok');
    const { socket, text } = await served.client();
    socket.write(GET);
    await until(() => text().endsWith('ok'));
    served.now = 30_000;
    let sent = GET.length;
    for (const byte of 'GET /x') {
      socket.write(byte);
      sent += 1;
      await until(() => served.accepted[0]!.socket.bytesRead === sent);
      served.now += 1_000;
    }
    served.now = 39_999;
    served.tick();
    expect(isOpen(0)).toBe(true);
    served.now = 40_000;
    served.tick();
    await until(() => text().includes('HTTP/1.1 408 '));
  });

  test('a head that has begun before the answer to the one before has ten seconds from that answer', async () => {
    const { socket, text } = await served.client();
    socket.write(`${GET}GET /part`);
    await until(() => served.exchanges.length === 1 && served.accepted[0]!.socket.bytesRead > GET.length);
    served.now = 50_000;
    served.exchanges[0]!.response.send(200, [], 'ok');
    served.now = 59_999;
    served.tick();
    expect(isOpen(0)).toBe(true);
    served.now = 60_000;
    served.tick();
    await until(() => text().includes('HTTP/1.1 408 '));
  });

  test('the late head of a client is refused once, and the connection is cut a second later', async () => {
    const { socket, text } = await served.client({ allowHalfOpen: true });
    socket.write('GET /part');
    await until(() => served.accepted[0]!.socket.bytesRead > 0);
    served.now = 10_000;
    served.tick();
    await until(() => text().endsWith('late'));
    expect(text()).toMatch(/^HTTP\/1\.1 408 .*\r\nConnection: close\r\n/s);
    served.now = 10_999;
    served.tick();
    expect(served.accepted[0]!.socket.destroyed).toBe(false);
    served.now = 11_000;
    served.tick();
    expect(served.accepted[0]!.socket.destroyed).toBe(true);
    await until(() => socket.readableEnded || socket.destroyed);
    expect(text().match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  test('a request that is being served has no limit here, also if a part of the next head has come', async () => {
    const { socket, isEnded } = await served.client();
    socket.write(`${GET}GET /part`);
    await until(() => served.exchanges.length === 1 && served.accepted[0]!.socket.bytesRead > GET.length);
    served.now = 1e9;
    served.tick();
    expect(isOpen(0)).toBe(true);
    served.exchanges[0]!.response.send(200, [], 'ok');
    served.now += 10_000;
    served.tick();
    await until(isEnded);
  });

  test('nor has one that follows another one on its connection', async () => {
    const { socket, text } = await served.client();
    socket.write(GET);
    await until(() => served.exchanges.length === 1);
    served.exchanges[0]!.response.send(200, [], 'ok');
    await until(() => text().endsWith('ok'));
    socket.write(`${GET}GET /part`);
    await until(() => served.exchanges.length === 2);
    await until(() => served.accepted[0]!.socket.bytesRead === 2 * GET.length + 9);
    served.now = 1e9;
    served.tick();
    expect(isOpen(0)).toBe(true);
  });

  test('a client that does not read a whole answer is cut after twenty seconds', async () => {
    const { socket } = await served.client();
    socket.pause();
    socket.write(GET);
    await until(() => served.exchanges.length === 1);
    const { response } = served.exchanges[0]!;
    response.begin(200, [], undefined);
    while (served.accepted[0]!.socket.writableLength === 0) response.write(Buffer.alloc(1 << 20));
    response.end();
    served.now = 19_999;
    served.tick();
    expect(isOpen(0)).toBe(true);
    served.now = 20_000;
    served.tick();
    expect(served.accepted[0]!.socket.destroyed).toBe(true);
  });

  test('what comes behind a late head is discarded, also before the answer has left', async () => {
    const { socket, text } = await served.client();
    socket.write('SSH-2.0-x');
    const ours = served.accepted[0]!.socket;
    await until(() => ours.bytesRead > 0);
    // As by TLS, where what is written leaves in a later turn.
    ours.cork();
    served.now = 10_000;
    served.tick();
    socket.write('\r\n\r\n');
    await until(() => ours.bytesRead === 13);
    ours.uncork();
    await until(() => text().startsWith('HTTP/1.1 408 '));
    expect(served.unanswered).toBe(0);
  });

  test('a client that keeps its side open after the last answer is cut after a second', async () => {
    const { socket, text } = await served.client({ allowHalfOpen: true });
    socket.write('nonsense\r\n\r\n');
    await until(() => text().startsWith('HTTP/1.1 400 '));
    served.now = 999;
    served.tick();
    expect(served.accepted[0]!.socket.destroyed).toBe(false);
    served.now = 1_000;
    served.tick();
    await until(() => served.accepted[0]!.socket.destroyed);
  });
});
