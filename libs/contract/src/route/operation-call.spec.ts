/** @soak */

import fc from 'fast-check';
import { runs } from '../../../../test/support/samples.js';
import { urlQuery } from '../../../../test/support/url-text.js';
import { segmentOf } from '../resource/segment.js';
import {
  type OperationCall,
  type OperationRequest,
  readOperation,
  type UnreadOperation,
} from './operation-call.js';

const HASH = 'a'.repeat(64);
const JSON_TYPE = 'application/json';

const inBody = (body: Uint8Array | string): OperationRequest => ({
  method: 'POST',
  query: '',
  headerValues: (name) => (name === 'content-type' ? [JSON_TYPE] : []),
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
});
const inQuery = (query: string): OperationRequest => ({
  ...{ method: 'GET', query, body: undefined },
  headerValues: () => [],
});

const isRead = (read: OperationCall | UnreadOperation): read is OperationCall => !('reason' in read);
function readOrFail(request: OperationRequest): OperationCall {
  const read = readOperation(request);
  if (!isRead(read)) throw new Error(read.detail);
  return read;
}

type Form = 'documentId' | 'persistedQuery';
const form = fc.constantFrom<Form>('documentId', 'persistedQuery');
const named = (hash: string, how: Form) =>
  how === 'documentId'
    ? { documentId: `sha256:${hash}` }
    : { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } };

const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const operationName = fc.option(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/), { nil: undefined });
/** Names that change a prototype are refused, wherever they are. */
const isHarmless = (value: unknown) => !/__proto__|constructor/.test(JSON.stringify(value));
const variables = fc
  .dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 }))
  .filter(isHarmless);
const id = fc
  .oneof(fc.string({ unit: 'grapheme' }), fc.maxSafeInteger(), fc.double(), fc.jsonValue())
  .filter(isHarmless);

/** What an id is to every reader of JSON, or undefined. */
function plain(value: unknown): string | undefined {
  if (typeof value === 'string') return segmentOf(value);
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : undefined;
}

describe('readOperation', () => {
  test('reads what a client writes, in a body and in an address alike', () => {
    fc.assert(
      fc.property(hash, form, operationName, variables, id, (sha256, how, name, rest, value) => {
        const all = { ...rest, id: value };
        const members = {
          ...named(sha256, how),
          ...(name !== undefined && { operationName: name }),
          variables: all,
        };
        const parameters = Object.entries(members).map(([member, content]) => {
          const text = typeof content === 'string' ? content : JSON.stringify(content);
          return `${member}=${encodeURIComponent(text)}`;
        });
        for (const request of [inBody(JSON.stringify(members)), inQuery(`?${parameters.join('&')}`)]) {
          const read = readOrFail(request);
          expect([read.sha256, read.operation]).toEqual([sha256, name]);
          expect(read.variable('/id')).toBe(plain(JSON.parse(JSON.stringify(value))));
        }
      }),
      { numRuns: runs(2_000) },
    );
  });

  test('what it accepts of a damaged body, a plain reader of JSON reads alike', () => {
    const good = JSON.stringify({
      ...{ operationName: 'Invoice', variables: { tenant: 'acme', id: '7', nested: { id: 12 } } },
      ...named(HASH, 'persistedQuery'),
    });
    const piece = fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom(
        '"query":"{x}",',
        '"variables":{"id":"8"},',
        '\\u0061',
        '{',
        '}',
        '[',
        ']',
        ',',
        '"',
        '1e3',
        '-',
        'null',
      ),
    );
    const cut = fc.record({ at: fc.nat(good.length), gone: fc.nat(3), piece });
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 3 }), (cuts) => {
        let text = good;
        for (const { at, gone, piece: added } of cuts)
          text = text.slice(0, at) + added + text.slice(at + gone);
        const read = readOperation(inBody(text));
        if (!isRead(read)) return;
        accepted += 1;
        const value = JSON.parse(text);
        expect('query' in value).toBe(false);
        const ids = [value.documentId?.slice('sha256:'.length), value.extensions?.persistedQuery?.sha256Hash];
        expect(ids.filter((each) => each !== undefined)).toEqual([read.sha256]);
        expect(read.operation).toBe(value.operationName ?? undefined);
        for (const [pointer, found] of [
          ['/tenant', value.variables?.tenant],
          ['/id', value.variables?.id],
          ['/nested/id', value.variables?.nested?.id],
        ]) {
          const segment = read.variable(pointer);
          if (segment !== undefined) expect(segment).toBe(plain(found));
        }
      }),
      { numRuns: runs(20_000) },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  test.each(['?variables=%FF', '?%zz=1', '?documentId=%'])(
    'an invalid percent escape is refused: %s',
    (query) => {
      expect(readOperation(inQuery(query))).toMatchObject({ reason: 'malformed' });
    },
  );

  test('never throws, and never repeats the request, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), urlQuery, (bytes, query) => {
        const escaped = [...bytes].map((byte) => `%${byte.toString(16)}`).join('');
        for (const request of [inBody(bytes), inQuery(`?${query}`), inQuery(`?variables=${escaped}`)]) {
          const read = readOperation(request);
          if (!isRead(read)) expect(read.detail).toMatch(/^[\x20-\x7e…]+$/);
        }
      }),
      { numRuns: runs(2_000) },
    );
  });

  test.each([
    ['7', '7'],
    ['0', '0'],
    ['-5', '-5'],
    ['9007199254740991', '9007199254740991'],
    ['"007"', '007'],
    ['"#7"', '%237'],
    ['"$7"', '%247'],
    ['"M\\u00fcller"', 'M%C3%BCller'],
    ['"ann@x.example"', 'ann%40x.example'],
    ...[
      '9007199254740992',
      '1e3',
      '1E3',
      '1.0',
      '-0',
      '0.1',
      'true',
      'null',
      '[]',
      '{}',
      '""',
      '"a/b"',
      '"%41"',
    ].map((spelling) => [spelling, undefined] as const),
  ] as const)('the variable %s is the segment %s', (spelling, segment) => {
    const read = readOrFail(inBody(`{"documentId":"sha256:${HASH}","variables":{"id":${spelling}}}`));
    expect(read.variable('/id')).toBe(segment);
  });

  test('a pointer leads through objects only', () => {
    const read = readOrFail(
      inBody(
        JSON.stringify({
          documentId: `sha256:${HASH}`,
          variables: { ids: ['7'], input: { 'a/b': '1', 'm~n': '2', length: '3' }, text: 'abc' },
        }),
      ),
    );
    expect(['/input/a~1b', '/input/m~0n', '/input/length'].map((each) => read.variable(each))).toEqual([
      '1',
      '2',
      '3',
    ]);
    for (const pointer of [
      '/ids/0',
      '/ids',
      '/text/0',
      '/text/length',
      '/toString',
      '/input/constructor',
      '/none/x',
    ])
      expect(read.variable(pointer)).toBeUndefined();
  });

  test('every text of the variables is found, names too', () => {
    const read = readOrFail(
      inBody(`{"documentId":"sha256:${HASH}","variables":{"a":["b",{"c":"d"}],"e":1,"f":null}}`),
    );
    expect([...read.texts()].sort()).toEqual(['1', 'a', 'b', 'c', 'd', 'e', 'f']);
  });
});
