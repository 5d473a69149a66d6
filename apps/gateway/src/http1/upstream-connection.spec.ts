import { jest } from '@jest/globals';
import { until } from '../../../../test/fakes/until.js';
import { DrivenUpstream, LENGTH_5, NONE, OK } from '../../../../test/support/driven-upstream.js';
import type { Framing } from './framing.js';
import { largeReadCollector } from './large-read-collector.js';

let driven: DrivenUpstream;

beforeEach(async () => {
  driven = await DrivenUpstream.start();
});
afterEach(async () => {
  await driven.close();
});

describe('a request', () => {
  test('is written once the connection is there, and its response is passed on in order', async () => {
    await driven.sent();
    expect([driven.happened, driven.connection.isReady]).toEqual([[], true]);
    await driven.respond(OK, 'turn end');
    expect(driven.happened).toEqual(['head 200', 'data 2', 'end', 'released', 'turn end']);
    expect([driven.connection.isReady, driven.connection.isUsable(driven.now)]).toEqual([false, true]);
  });

  test('is written at once on an idle connection', async () => {
    await driven.sent();
    await driven.respond(OK, 'turn end');
    driven.happened = [];
    driven.send();
    await until(() => driven.received === 'HEAD\r\n\r\nHEAD\r\n\r\n');
    expect([driven.connection.isUsable(driven.now), driven.connection.isReady]).toEqual([false, true]);
    await driven.respond(OK, 'turn end');
    expect(driven.happened).toEqual(['head 200', 'data 2', 'end', 'released', 'turn end']);
  });

  test('on a connection that is used again may be answered in several reads', async () => {
    await driven.sent();
    await driven.respond(OK, 'turn end');
    driven.happened = [];
    driven.send();
    await driven.respond(`${LENGTH_5}ab`, 'turn end');
    await driven.respond('cde', 'released');
    expect(driven.happened).toEqual([
      'head 200',
      'data 2',
      'turn end',
      'data 3',
      'end',
      'released',
      'turn end',
    ]);
  });

  test('has each read of its response noted, so that the garbage of large bodies is collected', async () => {
    const note = jest.spyOn(largeReadCollector, 'note');
    try {
      await driven.sent();
      await driven.respond(`HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`, 'end');
      const noted = note.mock.calls.reduce((sum, [bytes]) => sum + bytes, 0);
      expect(noted).toBe(driven.socket.bytesRead);
    } finally {
      note.mockRestore();
    }
  });

  test('to HEAD has no body in its response', async () => {
    driven.open();
    driven.send(NONE, {}, { isHead: true });
    await until(() => driven.received !== '');
    await driven.respond(LENGTH_5, 'watched');
    expect(driven.happened.slice(0, 3)).toEqual(['head 200', 'end', 'watched']);
    expect(driven.connection.isUsable(driven.now)).toBe(false);
  });

  test('is sent with each byte of its head unchanged', async () => {
    driven.open();
    driven.send(NONE, {}, { head: 'HEAD \xe9\r\n\r\n' });
    await until(() => driven.received.endsWith('\r\n\r\n'));
    expect(driven.received).toBe('HEAD \xe9\r\n\r\n');
  });

  test('P9: keeps the bytes of its response if the memory that they were read into is used again', async () => {
    const pieces: Buffer[] = [];
    await driven.sent(NONE, { onResponseData: (piece) => void pieces.push(piece) });
    const read = Buffer.from(OK);
    driven.connection.receiveShared(read);
    read.fill(0);
    expect(Buffer.concat(pieces).toString()).toBe('ok');
  });

  test('notifies its sender once when its body can be sent, and not without a body', async () => {
    await driven.sent({ kind: 'length', bytes: 2 });
    expect(driven.happened).toEqual(['ready']);
    driven.connection.write(Buffer.from('ab'));
    driven.connection.endBody();
    await until(() => driven.received.endsWith('ab'));
    await driven.respond(OK, 'turn end');
    expect(driven.happened).toEqual(['ready', 'head 200', 'data 2', 'end', 'released', 'turn end']);
  });

  test.each([
    ['small', 16_384],
    ['large', 16_385],
  ])('sends a %s part of a body as one chunk', async (_, size) => {
    await driven.sent({ kind: 'chunked' });
    driven.connection.write(Buffer.alloc(size, 'x'));
    driven.connection.write(Buffer.alloc(0));
    driven.connection.write(Buffer.from('\xe9', 'latin1'));
    driven.connection.endBody();
    driven.connection.endBody();
    driven.connection.write(Buffer.alloc(0));
    await until(() => driven.received.endsWith('\r\n0\r\n\r\n'));
    expect(driven.received).toBe(
      `HEAD\r\n\r\n${size.toString(16)}\r\n${'x'.repeat(size)}\r\n1\r\n\xe9\r\n0\r\n\r\n`,
    );
  });

  test('sends nothing before the connection is there, and nothing after its end', async () => {
    driven.open();
    driven.send({ kind: 'chunked' });
    expect(driven.connection.isReady).toBe(false);
    driven.connection.write(Buffer.from('early'));
    driven.connection.endBody();
    await until(() => driven.happened.includes('ready'));
    driven.connection.abort();
    driven.connection.write(Buffer.from('late'));
    driven.connection.endBody();
    expect([driven.connection.isReady, driven.happened]).toEqual([false, ['ready', 'ended']]);
    await until(() => driven.upstream.readableEnded);
    expect(driven.received).toBe('HEAD\r\n\r\n');
  });

  test('is held back while the upstream does not read, until it has read on', async () => {
    await driven.sent({ kind: 'length', bytes: 1e9 });
    driven.upstream.pause();
    while (driven.connection.isReady) driven.connection.write(Buffer.alloc(1 << 20));
    driven.happened = [];
    driven.upstream.resume();
    await until(() => driven.happened.length > 0);
    expect([driven.happened, driven.connection.isReady]).toEqual([['ready'], true]);
  });

  test('is not held back by bytes that wait only for the end of the turn', async () => {
    await driven.sent({ kind: 'length', bytes: 9 });
    driven.socket.cork();
    driven.connection.write(Buffer.from('x'));
    expect([driven.socket.writableLength > 0, driven.connection.isReady]).toEqual([true, true]);
    driven.socket.uncork();
  });

  test('whose body is whole is not ready for more when the upstream has read on', async () => {
    await driven.sent({ kind: 'length', bytes: 1e9 });
    driven.upstream.pause();
    while (driven.connection.isReady) driven.connection.write(Buffer.alloc(1 << 20));
    driven.connection.endBody();
    driven.happened = [];
    driven.upstream.resume();
    await until(() => driven.socket.writableLength === 0);
    expect(driven.happened).toEqual([]);
  });
});

describe('a connection is used again', () => {
  const BODY: Framing = { kind: 'length', bytes: 2 };

  test('not if the request was not whole before its response', async () => {
    await driven.sent(BODY);
    await driven.respond(OK, 'ended');
    expect(driven.happened).toEqual(['ready', 'head 200', 'data 2', 'end', 'ended', 'turn end']);
    expect(driven.connection.isUsable(driven.now)).toBe(false);
  });

  test('not if a part of the request waits to leave', async () => {
    await driven.sent(BODY);
    // A corked socket keeps what is written. Of what an upstream does not read, the system may take any part.
    driven.socket.cork();
    driven.connection.write(Buffer.from('ab'));
    driven.connection.endBody();
    await driven.respond(OK, 'ended');
    expect(driven.happened).toContain('end');
    expect(driven.happened).not.toContain('released');
  });

  test('not if the head says that it ends after this request', async () => {
    await driven.sent(NONE, {}, { isLast: true });
    await driven.respond(OK, 'ended');
    expect(driven.happened).not.toContain('released');
  });

  test('not if the response says so', async () => {
    await driven.sent();
    await driven.respond(OK.replace('\r\n', '\r\nConnection: close\r\n'), 'ended');
    expect(driven.happened).not.toContain('released');
  });

  test('not if the observer gave up at the end of the response', async () => {
    await driven.sent(NONE, { onResponseEnd: () => driven.connection.abort() });
    await driven.respond(OK, 'turn end');
    expect([driven.happened, driven.connection.isUsable(driven.now)]).toEqual([
      ['head 200', 'data 2', 'ended', 'turn end'],
      false,
    ]);
  });

  test('and reads on, if its response ended while it was paused', async () => {
    await driven.sent(NONE, { onResponseData: () => driven.connection.pause() });
    await driven.respond(OK, 'released');
    driven.happened = [];
    driven.send();
    await driven.respond(OK, 'turn end');
    expect(driven.happened).toEqual(['head 200', 'data 2', 'end', 'released', 'turn end']);
  });

  test('not once the upstream has ended its side, and then it ends at once: what waits has no reader', async () => {
    await driven.sent({ kind: 'length', bytes: 1e9 });
    driven.upstream.pause();
    while (driven.connection.isReady) driven.connection.write(Buffer.alloc(1 << 20));
    driven.upstream.end('HTTP/1.1 200 OK\r\n\r\nab');
    await until(() => driven.happened.includes('end'));
    expect(driven.happened.slice(-2)).toEqual(['end', 'ended']);
  });

  test('not once its socket is destroyed, even before its `close` event', async () => {
    await driven.sent();
    await driven.respond(OK, 'turn end');
    driven.socket.destroy();
    expect(driven.connection.isUsable(driven.now)).toBe(false);
  });

  test('not once the upstream has closed it', async () => {
    await driven.sent();
    await driven.respond(OK, 'released');
    driven.upstream.end();
    await until(() => driven.happened.includes('ended'));
    expect(driven.connection.isUsable(driven.now)).toBe(false);
  });

  test.each([
    ['nothing', OK, 4_000],
    ['that it keeps it for five seconds', withKeepAlive('timeout=5'), 4_000],
    ['that among other things', withKeepAlive('max=9, Timeout=7'), 6_000],
    ['the time first', withKeepAlive('timeout=8,max=9'), 7_000],
    ['less than the margin', withKeepAlive('timeout=0'), 0],
    ['ten years', withKeepAlive('timeout=315360'), 600_000],
    ['no time', withKeepAlive('max=9'), 4_000],
    ['a time of another name', withKeepAlive('x-timeout=9'), 4_000],
    ['a time in another field', OK.replace('\r\n', '\r\nX: timeout=9\r\n'), 4_000],
    ['the same twice: the first counts', withKeepAlive('timeout=9\r\nKeep-Alive: timeout=3'), 8_000],
  ])('for a time, if the upstream says %s', async (_, answer, keptMs) => {
    await driven.sent();
    await driven.respond(answer, 'released');
    expect(driven.connection.isUsable(driven.now + keptMs)).toBe(false);
    if (keptMs > 0) {
      expect(driven.connection.isUsable(driven.now + keptMs - 1)).toBe(true);
      expect(driven.endsAt(driven.now + keptMs - 1)).toBe(false);
    }
    expect(driven.endsAt(10_000 + keptMs)).toBe(true);
    expect(driven.happened.filter((each) => each.startsWith('failure'))).toEqual([]);
  });

  test('for the time that the last response says', async () => {
    await driven.sent();
    await driven.respond(withKeepAlive('timeout=60'), 'turn end');
    driven.happened = [];
    driven.send();
    await driven.respond(OK, 'turn end');
    expect([
      driven.connection.isUsable(driven.now + 3_999),
      driven.connection.isUsable(driven.now + 4_000),
    ]).toEqual([true, false]);
  });
});

describe('a response without a body', () => {
  const NO_CONTENT = 'HTTP/1.1 204 No Content\r\n\r\n';

  test.each([
    ['', NO_CONTENT],
    [' that closes', NO_CONTENT.replace('\r\n', '\r\nConnection: close\r\n')],
  ])(
    '%s has its connection read on, also if its receiver has paused: what comes is excess',
    async (_, answer) => {
      await driven.sent(NONE, { onResponseHead: () => driven.connection.pause() });
      await driven.respond(answer, 'watched');
      await driven.respond('x', 'ended');
      expect(driven.happened).toEqual(['end', 'watched', 'turn end', 'excess', 'ended']);
    },
  );

  test('ends its connection with the upstream’s side, and nothing is excess', async () => {
    await driven.sent();
    await driven.respond(NO_CONTENT, 'watched');
    driven.upstream.end();
    await until(() => driven.happened.includes('ended'));
    expect(driven.happened).not.toContain('excess');
  });

  test('ends its connection at once if the request was not whole', async () => {
    await driven.sent({ kind: 'length', bytes: 2 });
    await driven.respond(NO_CONTENT, 'ended');
    expect(driven.happened).not.toContain('watched');
  });
});

describe('bytes that belong to no response', () => {
  test.each([
    ['after its end, in the same read', `${OK}x`, ['head 200', 'data 2', 'end', 'excess', 'ended']],
    [
      'after an interim answer',
      `${OK}HTTP/1.1 100 Continue\r\n\r\n`,
      ['head 200', 'data 2', 'end', 'excess', 'ended'],
    ],
  ])('%s are reported', async (_, answer, expected) => {
    await driven.sent();
    await driven.respond(answer, 'ended');
    expect(driven.happened).toEqual(expected);
  });

  test('are also reported if the observer gave up at the end of the response', async () => {
    await driven.sent(NONE, { onResponseEnd: () => driven.connection.abort() });
    await driven.respond(`${OK}x`, 'excess');
    expect(driven.happened).toEqual(['head 200', 'data 2', 'ended', 'excess']);
  });

  test('are not what an observer throws', async () => {
    const fault = new RangeError('a fault of ours');
    await driven.sent(NONE, {
      onResponseEnd: () => {
        throw fault;
      },
    });
    await driven.respond(OK, 'ended');
    expect(driven.happened).toEqual(['head 200', 'data 2', 'fault a fault of ours', 'ended']);
  });

  test.each([
    ['in one read', [`HTTP/1.1 200 OK\r\nLink: ${'x'.repeat(17_000)}\r\n\r\n`]],
    ['without an end', [`HTTP/1.1 200 OK\r\nLink: ${'x'.repeat(17_000)}`]],
    ['in two reads', ['HTTP', `/1.1 200 OK\r\nLink: ${'x'.repeat(17_000)}`]],
    ['in two reads, with its end', ['HTTP', `/1.1 200 OK\r\nLink: ${'x'.repeat(16_380)}\r\n\r\n`]],
  ])('are not the head of a response that is too long, %s', async (_, parts) => {
    await driven.sent();
    await driven.respond(OK, 'turn end');
    driven.happened = [];
    driven.send();
    const [first = '', ...rest] = parts;
    driven.upstream.write(first);
    for (const part of rest) {
      await until(() => driven.happened.includes('turn end'));
      driven.upstream.write(part);
    }
    await until(() => driven.happened.includes('ended'));
    expect(driven.happened.slice(-2)).toEqual(['ended', 'failure unreachable']);
    expect(driven.happened).not.toContain('excess');
  });

  test('are what is too long and no head', async () => {
    await driven.sent();
    await driven.respond(OK, 'turn end');
    driven.send();
    await driven.respond(`{"HTTP/1.1": "${'x'.repeat(17_000)}"}`, 'excess');
  });

  test('may be left from the response before if they come in place of the next one', async () => {
    await driven.sent();
    await driven.respond(OK, 'turn end');
    driven.happened = [];
    driven.send();
    await driven.respond('{"more":1}\r\n\r\n', 'ended');
    expect(driven.happened).toEqual(['excess', 'ended', 'failure unreachable']);
  });

  test.each(['HTTP/1.1 408 x\r\n\r\n', 'HTTP/1.0 408 Request Timeout\r\n'])(
    'on an idle connection are none if they are %j: the upstream ends it',
    async (notice) => {
      await driven.sent();
      await driven.respond(OK, 'turn end');
      await driven.respond(notice, 'ended');
      expect(driven.happened).not.toContain('excess');
    },
  );

  test.each(['HTTP/1.1 409 x\r\n\r\n', ' HTTP/1.1 408 x\r\n\r\n', 'HTTP/1.1 4080'])(
    'on an idle connection are %j',
    async (bytes) => {
      await driven.sent();
      await driven.respond(OK, 'turn end');
      await driven.respond(bytes, 'ended');
      expect(driven.happened.slice(-2)).toEqual(['excess', 'ended']);
    },
  );
});

function withKeepAlive(value: string): string {
  return OK.replace('\r\n', `\r\nKeep-Alive: ${value}\r\n`);
}
