import fc from 'fast-check';
import { MalformedMessage } from './malformed-message.js';
import { type ReadResponse, ResponseReader } from './response-reader.js';

type Seen = { status: number; length: number | undefined; hasBody: boolean; body: string; ended: boolean };

/** One response, pushed in pieces that end at these offsets, with the end of the connection if `toEnd`. */
function read(
  text: string,
  { cuts = [], isHead = false, toEnd = false }: { cuts?: number[]; isHead?: boolean; toEnd?: boolean } = {},
): { seen: Seen | undefined; error: string | undefined; canReuse: boolean } {
  const reader = new ResponseReader(1_000);
  let seen: Seen | undefined;
  reader.begin(isHead, {
    onHead: ({ status, length, hasBody }: ReadResponse) => {
      seen = { status, length, hasBody, body: '', ended: false };
    },
    onData: (piece) => {
      seen!.body += piece.toString('latin1');
    },
    onEnd: () => {
      seen!.ended = true;
    },
  });
  const bytes = Buffer.from(text, 'latin1');
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1))), bytes.length].sort((a, b) => a - b);
  let error: string | undefined;
  try {
    let from = 0;
    for (const end of ends) {
      reader.push(bytes.subarray(from, end));
      from = end;
    }
    if (toEnd) reader.finish();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(MalformedMessage);
    error = (thrown as Error).message;
  }
  return { seen, error, canReuse: reader.canReuse };
}

const HEAD = 'HTTP/1.1 200 OK\r\n';
const cuts = fc.array(fc.nat(500), { maxLength: 8 });

describe('ResponseReader', () => {
  test.each([
    ['a length', `${HEAD}Content-Length: 2\r\n\r\nok`, { length: 2, hasBody: true, body: 'ok' }, true],
    ['no bytes', `${HEAD}Content-Length: 0\r\n\r\n`, { length: 0, hasBody: true, body: '' }, true],
    ['chunks', `${HEAD}Transfer-Encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`, { body: 'ok' }, true],
    [
      'chunks with an extension',
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n2;x\r\nok\r\n0\r\n\r\n`,
      {},
      false,
    ],
    ['chunks with trailers', `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\nX: 1\r\n\r\n`, {}, false],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, hasBody: false, length: 0 }, true],
    ['304 with a length', 'HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n', { hasBody: false, body: '' }, true],
    ['no reason', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', {}, true],
    ['Connection: close', `${HEAD}Connection: X, Close\r\nContent-Length: 0\r\n\r\n`, {}, false],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', { body: 'ok' }, false],
    ['an unasked 100', `HTTP/1.1 100 Continue\r\n\r\n${HEAD}Content-Length: 0\r\n\r\n`, {}, true],
    [
      'early hints',
      `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${HEAD}Content-Length: 2\r\n\r\nok`,
      { body: 'ok' },
      true,
    ],
  ])('reads %s, however it is split', (_, text, expected, canReuse) => {
    fc.assert(
      fc.property(cuts, (where) => {
        const got = read(text, { cuts: where });
        expect(got.error).toBeUndefined();
        expect(got.seen).toMatchObject({ ended: true, ...expected });
        expect(got.canReuse).toBe(canReuse);
      }),
    );
  });

  test('an answer to HEAD has no body, whatever its fields say', () => {
    for (const fields of ['Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', '']) {
      const { seen, error, canReuse } = read(`${HEAD}${fields}\r\n`, { isHead: true });
      expect([seen, error, canReuse]).toMatchObject([{ hasBody: false, ended: true }, undefined, true]);
    }
  });

  test('a body without length and coding ends with the connection, and only there', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), cuts, (body, where) => {
        expect(read(`${HEAD}\r\n${body}`, { cuts: where }).seen).toMatchObject({ ended: false, body });
        const ended = read(`${HEAD}\r\n${body}`, { cuts: where, toEnd: true });
        expect(ended).toMatchObject({ seen: { ended: true, body }, error: undefined, canReuse: false });
      }),
    );
  });

  test.each([
    ['before the head', ''],
    ['within the head', HEAD],
    ['within a length', `${HEAD}Content-Length: 3\r\n\r\nok`],
    ['within chunks', `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n`],
    ['after an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('a connection that ends %s broke the response off', (_, text) => {
    const { seen, error } = read(text, { toEnd: true });
    expect([seen?.ended ?? false, error]).toEqual([false, 'the connection ended before the response']);
  });

  test.each([
    ['a length and a coding', `${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['two lengths', `${HEAD}Content-Length: 2\r\nContent-Length: 2\r\n\r\n`],
    ['a list of lengths', `${HEAD}Content-Length: 2, 2\r\n\r\n`],
    ['a signed length', `${HEAD}Content-Length: +2\r\n\r\n`],
    ['another coding', `${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    ['a coding twice', `${HEAD}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['a coding with HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a folded field', `${HEAD}X: 1\r\n 2\r\n\r\n`],
    ['a space before a colon', `${HEAD}X : 1\r\n\r\n`],
    ['a bare line feed', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
    ['a bare line feed in a field', `${HEAD}X: 1\nContent-Length: 0\r\n\r\n`],
    ['a bare carriage return in a field', `${HEAD}X: 1\rY: 2\r\n\r\n`],
    ['a NUL', `${HEAD}X: \0\r\n\r\n`],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    ['another protocol', 'SSH-2.0-x\r\n\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['a status beyond 599', 'HTTP/1.1 600 Odd\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 Odd\r\n\r\n'],
    ['a head without end', `${HEAD}X: ${'x'.repeat(1_000)}`],
    ['an interim answer of HTTP/1.0', 'HTTP/1.0 100 x\r\n\r\n'],
    ['an interim answer that closes', 'HTTP/1.1 100 x\r\nConnection: close\r\n\r\n'],
    ['an interim answer with a length', 'HTTP/1.1 100 x\r\nContent-Length: 2\r\n\r\n'],
    ['interim answers without end', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(17)],
  ])('P4: refuses %s', (_, text) => {
    const { seen, error } = read(text);
    expect([seen, typeof error]).toEqual([undefined, 'string']);
  });

  test.each([
    ['HTTP/1.1 101 x\r\n\r\n', 'an interim answer that no request expects'],
    ['HTTP/1.1 100 x\r\nTransfer-Encoding: chunked\r\n\r\n', 'an interim answer that no request expects'],
    ['HTTP/1.1 100 x\r\nX: 1\r\nConnection: close\r\n\r\n', 'an interim answer that no request expects'],
    ['HTTP/1.1 102 x\r\n\r\n'.repeat(17), 'an interim answer that no request expects'],
  ])('P4: refuses %j, and names the rule', (text, rule) => {
    expect(read(text).error).toBe(rule);
  });

  test('takes sixteen interim answers for each request, and a status of 199 is one', () => {
    const reader = new ResponseReader(1_000);
    const ended: number[] = [];
    for (const status of [200, 299]) {
      reader.begin(false, {
        onHead: (response) => void ended.push(response.status),
        onData: () => undefined,
        onEnd: () => undefined,
      });
      reader.push(Buffer.from('HTTP/1.1 199 x\r\n\r\n'.repeat(16)));
      reader.push(Buffer.from(`HTTP/1.1 ${status} OK\r\nContent-Length: 0\r\n\r\n`));
    }
    expect([ended, reader.canReuse]).toEqual([[200, 299], true]);
  });

  test('reads one response after another, each with its own kind of body', () => {
    const reader = new ResponseReader(1_000);
    const bodies: string[] = [];
    for (const text of [
      `${HEAD}Content-Length: 2\r\n\r\nab`,
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\ncd\r\n0\r\n\r\n`,
      `${HEAD}Content-Length: 1\r\n\r\ne`,
      `${HEAD}Content-Length: 0\r\n\r\n`,
    ]) {
      let body = '';
      reader.begin(false, {
        onHead: () => undefined,
        onData: (piece) => {
          body += piece.toString();
        },
        onEnd: () => bodies.push(body),
      });
      reader.push(Buffer.from(text));
    }
    expect([bodies, reader.canReuse]).toEqual([['ab', 'cd', 'e', ''], true]);
  });

  test('a connection that has ended is used for nothing more, also if it was idle', () => {
    const reader = new ResponseReader(1_000);
    expect(reader.canReuse).toBe(true);
    reader.finish();
    expect(reader.canReuse).toBe(false);
  });

  test('a connection with a response under way is used for no other one', () => {
    expect(read(`${HEAD}Content-Length: 3\r\n\r\nok`).canReuse).toBe(false);
    expect(read('').canReuse).toBe(false);
  });

  test('passes on the version, the fields and the length of a response', () => {
    const heads: unknown[] = [];
    for (const [text, isHead] of [
      ['HTTP/1.0 200 OK\r\nX: 1\r\nContent-Length: 4\r\n\r\n', false],
      [`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, false],
      [`${HEAD}\r\n`, false],
      [`${HEAD}Content-Length: 4\r\n\r\n`, true],
    ] as const) {
      const reader = new ResponseReader(1_000);
      reader.begin(isHead, {
        onHead: ({ minorVersion, fields, length, hasBody }) =>
          void heads.push([minorVersion, fields.length, length, hasBody]),
        onData: () => undefined,
        onEnd: () => undefined,
      });
      reader.push(Buffer.from(text));
    }
    expect(heads).toEqual([
      [0, 2, 4, true],
      [1, 1, undefined, true],
      [1, 0, undefined, true],
      [1, 1, 0, false],
    ]);
  });

  test('P4: a second response behind the first one (response splitting) is an error, however it is split', () => {
    const first = `${HEAD}Content-Length: 2\r\n\r\nok`;
    for (const hidden of [`${HEAD}Content-Length: 4\r\n\r\nevil`, '\r\n', 'x'])
      for (let cut = 1; cut <= first.length + hidden.length; cut += 1) {
        const { seen, error } = read(first + hidden, { cuts: [cut] });
        expect([seen, error]).toMatchObject([{ ended: true, body: 'ok' }, 'bytes that answer no request']);
      }
  });

  test('P4: after HEAD, 204 and 304, bytes of a body are an error, never the next response', () => {
    for (const [text, isHead] of [
      [`${HEAD}Content-Length: 2\r\n\r\nok`, true],
      ['HTTP/1.1 204 x\r\n\r\nok', false],
      ['HTTP/1.1 304 x\r\nContent-Length: 2\r\n\r\nok', false],
    ] as const)
      expect(read(text, { isHead }).error).toBe('bytes that answer no request');
  });
});
