import { jest } from '@jest/globals';
import { until } from '../../../../test/fakes/until.js';
import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { GET, ServedConnections } from '../../../../test/support/served-connections.js';
import { largeReadCollector } from './large-read-collector.js';

let served: ServedConnections;

beforeEach(async () => {
  served = await ServedConnections.start();
});
afterEach(async () => {
  await served.close();
});

describe('requests', () => {
  test('are served one at a time and in order, in however many pieces they come', async () => {
    const text = `${GET}POST /y HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc${GET}`;
    const order: string[] = [];
    served.onExchange = ({ canonical, body, response }) => {
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
      const { socket, text: got } = await served.client();
      socket.setNoDelay(true);
      for (let at = 0; at < text.length; at += size)
        await new Promise((resolve) => socket.write(text.slice(at, at + size), resolve));
      await until(() => got().match(/<[^>]*>/g)?.length === 3);
      expect(got().match(/<[^>]*>/g)).toEqual(['<>', '<abc>', '<>']);
      expect(order.splice(0)).toEqual(['/x', '/y', '/x']);
    }
  });

  test('wait while one is served, but what is no HTTP behind it breaks the connection at once', async () => {
    const { socket, isEnded } = await served.client();
    socket.write(GET + GET);
    await until(() => served.exchanges.length === 1);
    socket.write('SSH-2.0-x\r\n\r\n');
    await until(isEnded);
    expect([served.exchanges.length, served.unanswered, served.exchanges[0]!.response.isGone]).toEqual([
      1,
      1,
      true,
    ]);
  });

  test('are all served in order if long heads, whose fields are not kept, come between short ones', async () => {
    const { socket, text } = await served.client();
    served.onExchange = ({ response }) => response.send(200, [], 'ok');
    const long = GET.replace('\r\n\r\n', `\r\nX-Long: ${'x'.repeat(4_096)}\r\n\r\n`);
    for (const sent of [GET, long, long, GET]) socket.write(sent);
    await until(() => text().match(/HTTP\/1\.1 200/g)?.length === 4);
    const targets = served.exchanges.map(({ canonical }) => canonical.target);
    expect(targets).toEqual(['/x', '/x', '/x', '/x']);
  });

  test('are read with what the one before was read as if their fields are the same, and only then', async () => {
    const { socket, text } = await served.client();
    served.onExchange = ({ response }) => response.send(200, [], 'ok');
    const other = GET.replace('Host: a', 'Host: b');
    for (const sent of [GET, GET, GET.replace('/x', '/y'), other, GET]) socket.write(sent);
    await until(() => text().match(/HTTP\/1\.1 200/g)?.length === 5);
    const places = served.sameFields.map((read) =>
      served.exchanges.findIndex((each) => each.canonical === read),
    );
    expect(places).toEqual([-1, 0, 1, -1, -1]);
  });

  test('with a long head leave nothing on an idle connection', async () => {
    const { socket, text } = await served.client();
    let read: WeakRef<object> | undefined;
    served.onExchange = ({ canonical, response }) => {
      read = new WeakRef(canonical);
      response.send(200, [], 'ok');
    };
    socket.write(GET.replace('\r\n\r\n', `\r\nX-Long: ${'x'.repeat(4_096)}\r\n\r\n`));
    await until(() => text().endsWith('ok'));
    served.exchanges.length = 0;
    await until(() => {
      collectGarbage();
      return read?.deref() === undefined;
    });
    expect(served.accepted[0]!.socket.destroyed).toBe(false);
  });

  test('that wait are served in the order in which they came', async () => {
    const { socket, text } = await served.client();
    for (const target of ['/a', '/b', '/c', '/d']) socket.write(GET.replace('/x', target));
    await until(() => served.accepted[0]!.socket.bytesRead === 4 * GET.length);
    served.onExchange = ({ response }) => response.send(200, [], 'ok');
    served.exchanges[0]!.response.send(200, [], 'ok');
    await until(() => text().match(/HTTP\/1\.1 200/g)?.length === 4);
    expect(served.exchanges.map(({ canonical }) => canonical.target)).toEqual(['/a', '/b', '/c', '/d']);
  });

  test('take turns: thousands that one client sends at once do not hold up another client, and keep their order', async () => {
    const [flood, other] = [await served.client(), await served.client()];
    const order: string[] = [];
    served.onExchange = ({ canonical, response }) => {
      order.push(canonical.target);
      response.send(200, [], 'ok');
    };
    const targets = Array.from({ length: 5_000 }, (_, at) => `/${at}`);
    flood.socket.write(targets.map((target) => GET.replace('/x', target)).join(''));
    other.socket.write(GET.replace('/x', '/other'));
    await until(() => order.length === 5_001);
    const place = order.indexOf('/other');
    expect(place).toBeLessThan(200);
    expect([...order.slice(0, place), ...order.slice(place + 1)]).toEqual(targets);
    await until(() => flood.text().match(/HTTP\/1\.1 200/g)?.length === 5_000);
  });

  test('of which many come before a body go on to hold back what its receiver does not take', async () => {
    const { socket, text } = await served.client();
    served.onExchange = ({ canonical, response }) => {
      if (canonical.method === 'GET') response.send(200, [], 'ok');
    };
    socket.write(`${GET.repeat(40)}POST /y HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n`);
    socket.write('y'.repeat(1_000_000));
    await until(() => served.exchanges.length === 41);
    const { body, response } = served.exchanges[40]!;
    // Many turns, in which the connection may read.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(served.accepted[0]!.socket.isPaused()).toBe(true);
    expect(body.isDone).toBe(false);
    let bytes = 0;
    body.read({
      onBodyPiece: (piece) => {
        bytes += piece.length;
      },
      onBodyEnd: () => response.send(200, [], `<${bytes}>`),
      onBodyFailure: () => undefined,
    });
    await until(() => text().endsWith('<1000000>'));
  });

  test('that wait for their turn are dropped if an answer closes the connection before', async () => {
    const { socket, isEnded, text } = await served.client();
    // The answer to the first one comes within the turn in which the others were put off.
    served.onExchange = ({ response }) => setImmediate(() => response.send(200, [], 'ok'));
    socket.write(GET.replace('1.1', '1.0').replace('Host', 'Connection: close\r\nHost') + GET.repeat(50));
    await until(isEnded);
    expect([served.exchanges.length, text().match(/HTTP\/1\.1 200/g)?.length]).toEqual([1, 1]);
  });

  test.each([101, 110])('of which %i come at once break the connection', async (count) => {
    const { socket, isEnded } = await served.client();
    socket.write(GET.repeat(count));
    await until(isEnded);
    expect([served.exchanges.length, served.unanswered]).toEqual([1, 1]);
  });

  test('are all served if a client sends a hundred at once', async () => {
    const { socket, text } = await served.client();
    socket.write(GET.repeat(100));
    await until(() => served.exchanges.length === 1);
    let depth = 0;
    let deepest = 0;
    served.onExchange = ({ response }) => {
      depth += 1;
      deepest = Math.max(deepest, depth);
      response.send(200, [], 'ok');
      depth -= 1;
    };
    served.exchanges[0]!.response.send(200, [], 'ok');
    await until(() => text().match(/HTTP\/1\.1 200/g)?.length === 100);
    // One after another, and not each within the one before.
    expect([served.unanswered, deepest]).toEqual([0, 1]);
  });

  test('behind one with a body are not read before that body is whole', async () => {
    const { socket } = await served.client();
    socket.write(`POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nab`);
    await until(() => served.exchanges.length === 1);
    socket.write(`c${GET}`);
    await until(() => served.exchanges[0]!.body.isDone);
    expect(served.exchanges).toHaveLength(1);
    served.exchanges[0]!.response.send(200, [], 'ok');
    await until(() => served.exchanges.length === 2);
    expect(served.exchanges.map(({ canonical }) => canonical.method)).toEqual(['POST', 'GET']);
  });

  test.each(['\x16\x03\x01', '{', 'a', '1', ' '])(
    'do not begin with %j: its first byte breaks the connection, also behind another request',
    async (byte) => {
      const { socket, isEnded } = await served.client();
      socket.write(GET);
      await until(() => served.exchanges.length === 1);
      socket.write(byte, 'latin1');
      await until(isEnded);
      expect([served.unanswered, served.exchanges[0]!.response.isGone]).toEqual([1, true]);
    },
  );

  test.each(['\r', '\n'])('do not begin with %j: that is answered in its turn', async (byte) => {
    const { socket, text } = await served.client();
    socket.write(GET);
    await until(() => served.exchanges.length === 1);
    socket.write(byte);
    await until(() => served.accepted[0]!.socket.bytesRead === GET.length + 1);
    expect(served.accepted[0]!.socket.destroyed).toBe(false);
    // Nothing behind it is read, so this breaks nothing.
    socket.write('SSH-2.0-x\r\n\r\n');
    await until(() => served.accepted[0]!.socket.bytesRead > GET.length + 1);
    served.exchanges[0]!.response.send(200, [], 'ok');
    await until(() => /HTTP\/1\.1 400 .*not a request$/s.test(text()));
    expect(served.unanswered).toBe(0);
  });

  test.each(['A', 'Z'])('may begin with %s', async (byte) => {
    const { socket } = await served.client();
    socket.write(byte);
    await until(() => served.accepted[0]!.socket.bytesRead === 1);
    served.now = 9_999;
    served.tick();
    expect([served.accepted[0]!.socket.destroyed, served.accepted[0]!.socket.writableEnded]).toEqual([
      false,
      false,
    ]);
  });

  test('whose body no one reads end the connection after the answer, which arrives whole', async () => {
    served.onExchange = ({ response }) => response.send(403, [], 'no');
    const { socket, text, isEnded } = await served.client();
    socket.write(`POST /x HTTP/1.1\r\nContent-Length: 500000\r\n\r\n${'x'.repeat(400_000)}`);
    await until(() => text().endsWith('no'));
    socket.write(`${'x'.repeat(100_000)}${GET}`);
    socket.end();
    await until(isEnded);
    await until(() => served.accepted[0]!.socket.destroyed);
    expect(served.exchanges).toHaveLength(1);
  });

  test('whose body arrives in many reads are served once, and the next one follows', async () => {
    const size = 300_000;
    let bytes = 0;
    served.onExchange = ({ body, response }) =>
      body.read({
        onBodyPiece: (piece) => {
          bytes += piece.length;
        },
        onBodyEnd: () => response.send(200, [], 'ok'),
        onBodyFailure: () => undefined,
      });
    const { socket, text } = await served.client();
    socket.write(`POST /x HTTP/1.1\r\nContent-Length: ${size}\r\n\r\n`);
    await until(() => served.exchanges.length === 1);
    for (let left = size; left > 0; left -= 100_000)
      await new Promise((resolve) => socket.write(Buffer.alloc(100_000), resolve));
    socket.write(GET);
    await until(() => served.exchanges.length === 2 && text().endsWith('ok'));
    await until(() => text().match(/HTTP\/1\.1 200/g)?.length === 2);
    expect(bytes).toBe(size);
  });

  test('have each of their reads noted, so that the garbage of large bodies is collected', async () => {
    const note = jest.spyOn(largeReadCollector, 'note');
    try {
      const { socket } = await served.client();
      socket.write(`POST /x HTTP/1.1\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`);
      served.onExchange = ({ body }) =>
        body.read({
          onBodyPiece: () => undefined,
          onBodyEnd: () => undefined,
          onBodyFailure: () => undefined,
        });
      await until(() => served.exchanges[0]?.body.isDone === true);
      const noted = note.mock.calls.reduce((sum, [bytes]) => sum + bytes, 0);
      expect(noted).toBe(served.accepted[0]!.socket.bytesRead);
    } finally {
      note.mockRestore();
    }
  });

  test('whose answer is large and leaves at once are followed by others', async () => {
    served.onExchange = ({ response }) => response.send(200, [], 'x'.repeat(100_000));
    const { socket, text } = await served.client();
    for (let count = 1; count <= 3; count += 1) {
      socket.write(GET);
      await until(() => text().length > count * 100_000 && text().endsWith('x'));
    }
    expect(text().match(/HTTP\/1\.1 200/g)).toHaveLength(3);
  });

  test('whose body breaks a rule in the read of its head are refused by that rule, and never served', async () => {
    const { socket, text, isEnded } = await served.client();
    socket.write(`POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n${GET}`);
    await until(() => text().includes('the size of a chunk'));
    socket.end();
    await until(isEnded);
    expect([served.exchanges.length, text().match(/HTTP\/1\.1 /g)?.length]).toEqual([0, 1]);
    expect(text()).toMatch(/^HTTP\/1\.1 400 .*the size of a chunk is not 1 to 8 hex digits$/s);
  });

  test('whose body breaks a rule before its answer end the connection after the answer', async () => {
    const { socket, text } = await served.client();
    socket.write('POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n');
    await until(() => served.exchanges.length === 1);
    const { body, response } = served.exchanges[0]!;
    socket.write('no chunk\r\n');
    await until(() => body.failure !== undefined);
    // What would be the end of the body, and another request, if they came without what broke the rule.
    const { bytesRead } = served.accepted[0]!.socket;
    socket.write(`0\r\n\r\n${GET}`);
    await until(() => served.accepted[0]!.socket.bytesRead > bytesRead);
    response.send(200, [], 'ok');
    await until(() => text().endsWith('ok'));
    expect(served.accepted[0]!.socket.writableEnded).toBe(true);
    expect(served.exchanges).toHaveLength(1);
  });
});

describe('an error of ours', () => {
  const FAULT = 'GET /fault HTTP/1.1\r\nHost: a\r\n\r\n';

  test('refuses the request that was being read, and ends its connection', async () => {
    const { socket, text, isEnded } = await served.client();
    socket.write(FAULT + GET);
    await until(isEnded);
    expect(text()).toMatch(/^HTTP\/1\.1 503 .*fault$/s);
    expect(served.exchanges).toHaveLength(0);
  });

  test('is answered before its connection ends: the client can read the answer', async () => {
    const { socket, text } = await served.client({ allowHalfOpen: true });
    socket.write(FAULT);
    await until(() => text().endsWith('fault') && socket.readableEnded);
    expect(served.accepted[0]!.socket.destroyed).toBe(false);
  });

  test('lets nothing that comes behind it be read, also before its answer has left', async () => {
    const { socket, text } = await served.client();
    await until(() => served.accepted.length === 1);
    const ours = served.accepted[0]!.socket;
    // As by TLS, where what is written leaves in a later turn.
    ours.cork();
    socket.write(FAULT);
    await until(() => ours.bytesRead === FAULT.length);
    socket.write('SSH-2.0-x\r\n\r\n');
    await until(() => ours.bytesRead > FAULT.length);
    ours.uncork();
    await until(() => text().endsWith('fault'));
    expect(served.unanswered).toBe(0);
  });

  test('behind a request that is being served breaks the connection: there is no place for an answer', async () => {
    const { socket, text, isEnded } = await served.client();
    socket.write(GET);
    await until(() => served.exchanges.length === 1);
    socket.write(FAULT);
    await until(isEnded);
    expect([text(), served.exchanges[0]!.response.isGone]).toEqual(['', true]);
  });
});

test('a connection that shuts down ends after the answer that is under way, and says so', async () => {
  const busy = await served.client();
  busy.socket.write(GET);
  await until(() => served.exchanges.length === 1);
  const begun = await served.client();
  begun.socket.write(GET);
  await until(() => served.exchanges.length === 2);
  served.exchanges[1]!.response.begin(200, [], undefined);
  for (const connection of served.accepted) connection.shutDown();
  expect([busy.isEnded(), begun.isEnded()]).toEqual([false, false]);
  // Its head has said already that the connection stays.
  served.exchanges[1]!.response.end();
  await until(begun.isEnded);
  served.exchanges[0]!.response.send(200, [], 'ok');
  await until(busy.isEnded);
  expect(busy.text()).toMatch(
    /^HTTP\/1\.1 200 OK\r\nContent-Length: 2\r\nDate: .*\r\nConnection: close\r\n\r\nok$/,
  );
});
