import { until } from '../../../../test/fakes/until.js';
import { DrivenUpstream, LENGTH_5, NONE, OK } from '../../../../test/support/driven-upstream.js';

const NO_CONTENT = 'HTTP/1.1 204 No Content\r\n\r\n';

let driven: DrivenUpstream;

beforeEach(async () => {
  driven = await DrivenUpstream.start();
});
afterEach(async () => {
  await driven.close();
});

describe('time', () => {
  const isTimeout = () => [driven.failure?.code, driven.failure?.message, driven.happened.at(-1)];

  test('a connection has its limit to come about', async () => {
    driven.open();
    driven.send();
    // Nothing has happened yet: connecting takes a turn.
    expect(driven.endsAt(10_999)).toBe(false);
    expect(driven.endsAt(11_000)).toBe(true);
    expect(isTimeout()).toEqual(['timeout', 'the upstream was late (connecting)', 'failure timeout']);
  });

  test('the first byte has its limit from the last part of the request on', async () => {
    await driven.sent({ kind: 'length', bytes: 3 });
    driven.now = 10_150;
    driven.connection.write(Buffer.from('a'));
    driven.now = 10_300;
    driven.connection.endBody();
    expect(driven.endsAt(10_499)).toBe(false);
    expect(driven.endsAt(10_500)).toBe(true);
    expect(isTimeout()).toEqual(['timeout', 'the upstream was late (busy)', 'failure timeout']);
  });

  test('a part of the body is progress, an empty one is none', async () => {
    await driven.sent({ kind: 'length', bytes: 3 });
    driven.now = 10_150;
    driven.connection.write(Buffer.from('a'));
    driven.now = 10_300;
    driven.connection.write(Buffer.alloc(0));
    expect(driven.endsAt(10_349)).toBe(false);
    expect(driven.endsAt(10_350)).toBe(true);
  });

  test('a part of a head is no first byte', async () => {
    await driven.sent();
    driven.now = 10_150;
    await driven.respond('HTTP/1.1 200 OK\r\n', 'turn end');
    expect(driven.endsAt(10_199)).toBe(false);
    expect(driven.endsAt(10_200)).toBe(true);
  });

  /** At 10.1 s a part of the response comes. At 10.12 s the rest of the request is sent. */
  const sendAfterPartOfResponse = async () => {
    await driven.sent({ kind: 'length', bytes: 3 });
    driven.now = 10_100;
    await driven.respond(`${LENGTH_5}ab`, 'turn end');
    driven.now = 10_120;
    driven.connection.write(Buffer.from('abc'));
    driven.connection.endBody();
  };

  test('between two parts of a response there is another limit, also while the request is being sent', async () => {
    await sendAfterPartOfResponse();
    expect(driven.endsAt(10_129)).toBe(false);
    driven.happened = [];
    await driven.respond('c', 'turn end');
    expect(driven.endsAt(10_158)).toBe(false);
    expect(driven.endsAt(10_159)).toBe(true);
  });

  test('what is still sent while the upstream answers gives it no more time', async () => {
    await sendAfterPartOfResponse();
    expect(driven.endsAt(10_130)).toBe(true);
  });

  test('a further request on the connection has its own limits', async () => {
    await driven.sent();
    await driven.respond(OK, 'turn end');
    driven.happened = [];
    driven.send();
    expect(driven.endsAt(10_199)).toBe(false);
    expect(driven.endsAt(10_200)).toBe(true);
    expect(isTimeout()[0]).toBe('timeout');
  });

  test('a pause stops the clock, and the time begins again after it', async () => {
    await driven.sent();
    await driven.respond(`${LENGTH_5}ab`, 'turn end');
    driven.connection.resume();
    driven.connection.pause();
    expect([driven.socket.isPaused(), driven.endsAt(1e9)]).toEqual([true, false]);
    driven.connection.pause();
    driven.connection.resume();
    expect([driven.socket.isPaused(), driven.endsAt(1e9 + 29)]).toEqual([false, false]);
    driven.connection.resume();
    expect(driven.endsAt(1e9 + 30)).toBe(true);
  });

  test('a connection whose response had no body is read for a tenth of a second more, and then ends without a failure', async () => {
    await driven.sent();
    await driven.respond(NO_CONTENT, 'turn end');
    expect([driven.happened, driven.connection.isUsable(driven.now)]).toEqual([
      ['head 204', 'end', 'watched', 'turn end'],
      false,
    ]);
    expect(driven.endsAt(10_099)).toBe(false);
    expect(driven.endsAt(10_100)).toBe(true);
    expect(driven.happened.at(-1)).toBe('ended');
  });

  test('a response whose receiver pauses within it has no limit meanwhile', async () => {
    await driven.sent(NONE, {
      onResponseData: () => driven.connection.pause(),
    });
    await driven.respond(`${LENGTH_5}ab`, 'turn end');
    expect(driven.endsAt(1e9)).toBe(false);
  });

  test('to resume what is not paused gives no more time', async () => {
    await driven.sent();
    driven.now = 10_100;
    driven.connection.resume();
    expect(driven.endsAt(10_200)).toBe(true);
  });
});

describe('a connection that fails', () => {
  test('notifies its request once, and its pool before', async () => {
    await driven.sent();
    driven.upstream.resetAndDestroy();
    await until(() => driven.socket.closed);
    expect(driven.happened).toEqual(['ended', 'failure unreachable']);
    expect([driven.failure?.name, driven.failure?.message]).toEqual(['UpstreamFailure', 'ECONNRESET']);
  });

  test('because its socket closes without an error or an end, says so', async () => {
    await driven.sent();
    driven.socket.destroy();
    await until(() => driven.failure !== undefined);
    expect([driven.happened, driven.failure?.message]).toEqual([
      ['ended', 'failure unreachable'],
      'the connection was closed',
    ]);
  });

  test('because the upstream sends no HTTP, says which rule that broke', async () => {
    await driven.sent();
    await driven.respond('SSH-2.0-x\r\n\r\n', 'failure unreachable');
    expect([driven.failure?.message, driven.failure?.reason]).toEqual([
      'not a plain status line of HTTP/1',
      undefined,
    ]);
    expect(driven.happened).toEqual(['ended', 'failure unreachable']);
  });

  test('because the upstream closes it half-way, says so', async () => {
    await driven.sent();
    await driven.respond(LENGTH_5, 'turn end');
    driven.upstream.end('ab');
    await until(() => driven.failure !== undefined);
    expect([driven.failure?.code, driven.failure?.message]).toEqual([
      'unreachable',
      'the connection ended before the response',
    ]);
  });

  test('has a whole response if only its end was missing', async () => {
    await driven.sent();
    driven.upstream.end('HTTP/1.1 200 OK\r\n\r\nab');
    await until(() => driven.socket.closed);
    expect(driven.happened).toEqual(['head 200', 'data 2', 'turn end', 'end', 'ended']);
  });

  test.each([
    ['ETIMEDOUT', 'timeout', undefined],
    ['ENOTFOUND', 'unreachable', undefined],
    ['CERT_HAS_EXPIRED', 'tls', 'expired_certificate'],
  ])('with %s is %s', async (code, expected, reason) => {
    driven.open((_host, _options, done) => done(Object.assign(new Error('x'), { code }), ''));
    driven.send();
    await until(() => driven.failure !== undefined);
    expect([driven.failure?.code, driven.failure?.message, driven.failure?.reason]).toEqual([
      expected,
      code,
      reason,
    ]);
  });

  test('because an observer throws, fails alone, and repeats nothing of the error', async () => {
    await driven.sent(NONE, {
      onResponseHead: () => {
        throw new TypeError('a fault of ours');
      },
    });
    await driven.respond(OK, 'failure unreachable');
    expect(driven.failure?.message).toBe('the connection broke');
  });

  test('because it is closed, says so, and an abort says nothing', async () => {
    await driven.sent();
    driven.connection.close();
    expect([driven.happened, driven.failure?.code, driven.failure?.message]).toEqual([
      ['ended', 'failure unreachable'],
      'unreachable',
      'the connection was closed',
    ]);
    driven.connection.close();
    driven.connection.abort();
    await until(() => driven.socket.closed);
    expect(driven.happened).toHaveLength(2);
    expect(driven.endsAt(Number.MAX_SAFE_INTEGER) && driven.happened.length).toBe(2);
  });

  test('passes on nothing that is left in it after an abort', async () => {
    await driven.sent(NONE, {
      onResponseHead: () => driven.connection.abort(),
    });
    driven.upstream.end(`${LENGTH_5}abcde`);
    await until(() => driven.socket.closed);
    expect(driven.happened.filter((each) => each !== 'turn end')).toEqual(['ended']);
  });
});
