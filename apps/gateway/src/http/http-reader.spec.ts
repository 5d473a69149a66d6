import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { HttpReader, isHeadAsParsed } from './http-reader.js';
import { AmbiguousRequest } from './refusals.js';

type Sent = { head: string; body: string; request: Parameters<HttpReader['readRequest']>[0] };

/** One message as its client writes it, and as Node's parser reports it. */
function message(method: string, path: string, body: string, coding: 'none' | 'length' | 'chunked'): Sent {
  const framing = {
    none: [],
    length: ['Content-Length', String(body.length)],
    chunked: ['Transfer-Encoding', 'chunked'],
  }[coding];
  const rawHeaders = ['Host', 'localhost', ...framing];
  const lines = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}\r\n`] : [],
  );
  return {
    head: `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`,
    body: coding === 'chunked' ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body,
    request: { httpVersion: '1.1', method, url: path, rawHeaders },
  };
}

const sent: fc.Arbitrary<Sent> = fc
  .tuple(
    fc.stringMatching(/^\/[a-z]{1,8}$/),
    fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 60 }),
    fc.constantFrom('none' as const, 'length' as const, 'chunked' as const),
  )
  .map(([path, body, coding]) =>
    coding === 'none' ? message('GET', path, '', coding) : message('POST', path, body, coding),
  );

/** Pushes the bytes piece by piece, and calls `readRequest` after each head's last byte, as the parser does. */
function drive(reader: HttpReader, messages: readonly Sent[], cuts: readonly number[]): string[] {
  const bytes = Buffer.from(messages.map(({ head, body }) => head + body).join(''), 'latin1');
  const told: string[] = [];
  let headsEnd = 0;
  const ends = messages.map(({ head, body }) => {
    const end = headsEnd + head.length;
    headsEnd = end + body.length;
    return end;
  });
  let from = 0;
  for (const to of [...new Set(cuts.map((cut) => cut % bytes.length)), bytes.length].sort((a, b) => a - b)) {
    reader.push(bytes.subarray(from, to));
    ends.forEach((end, index) => {
      if (end > from && end <= to) told.push(reader.readRequest(messages[index]!.request).canonical.service);
    });
    from = to;
  }
  return told;
}

describe('HttpReader', () => {
  test('P4: finds every head after the body before it, however the bytes are split', () => {
    fc.assert(
      fc.property(fc.array(sent, { minLength: 1, maxLength: 6 }), fc.array(fc.nat()), (messages, cuts) => {
        const services = messages.map(({ request }) => request.url!.slice(1));
        expect(drive(new HttpReader(1_000), messages, cuts)).toEqual(services);
      }),
    );
  });

  test('P4: a head that is not plain is refused wherever it occurs, and so is everything after it', () => {
    const odd = fc.constantFrom<(head: string) => string>(
      (head) => head.replace(' ', '  '),
      (head) => head.replace(' HTTP', '  HTTP'),
      (head) => head.replace('HTTP/', 'RTSP/'),
      (head) => `\r\n${head}`,
    );
    fc.assert(
      fc.property(
        fc.array(sent, { maxLength: 3 }),
        sent,
        sent,
        odd,
        fc.array(fc.nat()),
        (before, at, next, edit, cuts) => {
          const reader = new HttpReader(1_000);
          expect(() => drive(reader, [...before, { ...at, head: edit(at.head) }], cuts)).toThrow(
            AmbiguousRequest,
          );
          expect(() => drive(reader, [next], cuts)).toThrow(
            /an earlier request on this connection could not be read/,
          );
        },
      ),
    );
  });

  test('P4: bytes after the end of the framed body are the next head', () => {
    const reader = new HttpReader(1_000);
    const first = message('POST', '/a', '{}', 'length');
    const next = message('GET', '/b', '', 'none');
    expect(() => drive(reader, [{ ...first, body: '{}x' }, next], [])).toThrow(AmbiguousRequest);
  });

  test('P4: after odd chunks nothing more is accepted', () => {
    const reader = new HttpReader(1_000);
    const first = message('POST', '/a', '{}', 'chunked');
    reader.push(Buffer.from(`${first.head}2;x=1\r\n{}\r\n0\r\n\r\n`));
    expect(reader.readRequest(first.request).chunks!.violation()).toBeInstanceOf(AmbiguousRequest);
    const next = message('GET', '/b', '', 'none');
    reader.push(Buffer.from(next.head));
    expect(() => reader.readRequest(next.request)).toThrow(
      /an earlier request on this connection could not be read/,
    );
  });

  test('keeps no more of an endless head than a head may have', () => {
    const reader = new HttpReader(100);
    const next = message('GET', '/b', '', 'none');
    for (let count = 0; count < 30; count += 1) reader.push(Buffer.from('\r\n'.repeat(10)));
    reader.push(Buffer.from(next.head));
    expect(() => reader.readRequest(next.request)).toThrow(
      /an earlier request on this connection could not be read/,
    );
  });

  test('keeps nothing of what it has read: otherwise each idle connection would keep its last piece', async () => {
    const read = (['none', 'length', 'chunked'] as const).map((coding) => {
      const { head, body, request } = message('POST', '/a', coding === 'none' ? '' : 'x', coding);
      const reader = new HttpReader(1_000);
      const piece = Buffer.alloc(head.length + body.length);
      piece.write(head + body, 'latin1');
      reader.push(piece);
      reader.readRequest(request);
      return { reader, memory: new WeakRef(piece.buffer) };
    });
    // A weak reference that was read is kept until the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(read.map(({ memory }) => memory.deref())).toEqual([undefined, undefined, undefined]);
    expect(read.every(({ reader }) => reader instanceof HttpReader)).toBe(true);
  });
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const name = fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/);
const value = fc.stringMatching(/^(?:[!-~](?:[ -~]{0,12}[!-~])?)?$/);
const blanks = fc.stringMatching(/^[ \t]{0,3}$/);
const parsed = fc.record({
  method: fc.constantFrom('GET', 'POST', 'M-SEARCH'),
  url: fc.stringMatching(/^\/[a-z0-9/?=]{0,20}$/),
  fields: fc.array(fc.record({ name, value, before: blanks, behind: blanks }), { maxLength: 6 }),
});
type Parsed = typeof parsed extends fc.Arbitrary<infer T> ? T : never;

const written = ({ method, url, fields }: Parsed) =>
  `${method} ${url} HTTP/1.1\r\n${fields
    .map((field) => `${field.name}:${field.before}${field.value}${field.behind}\r\n`)
    .join('')}\r\n`;
const asNodeGives = ({ method, url, fields }: Parsed) => ({
  method,
  url,
  rawHeaders: fields.flatMap((field) => [field.name, field.value]),
});

describe('isHeadAsParsed', () => {
  test('P4: accepts every plain head, with any blanks around a value', () => {
    fc.assert(
      fc.property(parsed, (head) => {
        expect(isHeadAsParsed(written(head), asNodeGives(head))).toBe(true);
      }),
    );
  });

  test('P4: refuses a head with one byte more or less, except in the blanks around a value', () => {
    fc.assert(
      fc.property(
        parsed,
        fc.nat(),
        fc.string({ unit: 'binary-ascii', maxLength: 1 }),
        (head, place, byte) => {
          const text = written(head);
          const at = place % text.length;
          const changed =
            byte === '' ? text.slice(0, at) + text.slice(at + 1) : text.slice(0, at) + byte + text.slice(at);
          // Blanks may be added or removed where a value begins and ends, and nowhere else.
          fc.pre(plain(changed) !== plain(text));
          expect(isHeadAsParsed(changed, asNodeGives(head))).toBe(false);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['two spaces', 'GET  /x HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['another protocol', 'GET /x RTSP/1.1\r\nHost: a\r\n\r\n'],
    ['an empty line in front', '\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a space before a colon', 'GET /x HTTP/1.1\r\nHost : a\r\n\r\n'],
    ['a folded value', 'GET /x HTTP/1.1\r\nHost:\r\n a\r\n\r\n'],
    ['a field that the parser did not tell of', 'GET /x HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n'],
    ['a field less', 'GET /x HTTP/1.1\r\n\r\n'],
    ['a bare line feed', 'GET /x HTTP/1.1\nHost: a\r\n\r\n'],
    ['nothing', ''],
  ])('P4: refuses %s', (_, text) => {
    expect(isHeadAsParsed(text, { method: 'GET', url: '/x', rawHeaders: ['Host', 'a'] })).toBe(false);
  });

  test.each([
    ['Content-Length', '2'],
    ['transfer-encoding', 'chunked'],
  ])('P4: refuses a tab beside the value of %s, but accepts spaces', (name, value) => {
    const taken = (before: string, behind: string) =>
      isHeadAsParsed(`POST /x HTTP/1.1\r\nHost: a\r\n${name}:${before}${value}${behind}\r\nX:\tb\r\n\r\n`, {
        method: 'POST',
        url: '/x',
        rawHeaders: ['Host', 'a', name, value, 'X', 'b'],
      });
    expect([taken('', ''), taken(' ', ''), taken('  ', ' ')]).toEqual([true, true, true]);
    expect([taken('\t', ''), taken(' \t', ''), taken(' ', ' \t ')]).toEqual([false, false, false]);
  });
});

const plain = (text: string) => text.replace(/:[ \t]+/g, ':').replace(/[ \t]+\r\n/g, '\r\n');
