/** @soak */

import { LogFault } from '@countersign/audit-log';
import fc from 'fast-check';
import { runs } from '../../../test/support/samples.js';
import { OpeningFiles, readOpenings } from './opening-files.js';

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const salt = 'A'.repeat(43);

describe('the file of a leaf’s openings', () => {
  test('has values and salts by name; no file opens nothing', () => {
    const file = { index: 7, openings: { path: { value: '/a', salt } } };
    expect(readOpenings(bytes(file), 7)).toEqual(new Map([['path', { value: '/a', salt }]]));
    expect(readOpenings(undefined, 7)).toEqual(new Map());
  });

  test.each([
    ['of another leaf', { index: 8, openings: {} }],
    ['without openings', { index: 7 }],
    ['with a list', { index: 7, openings: [] }],
    ['with a text for an opening', { index: 7, openings: { path: 'x' } }],
    ['with a number for a value', { index: 7, openings: { path: { value: 1, salt } } }],
    ['with a member twice', '{"index":7,"index":7,"openings":{}}'],
    ['that is no JSON', '{'],
  ])('%s is refused', (_what, file) => {
    expect(() => readOpenings(bytes(file), 7)).toThrow(
      expect.objectContaining({ code: 'false_opening', index: 7 }),
    );
  });

  test('whatever it holds is read or refused, and never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.uint8Array().map(String)), (text) => {
        try {
          expect(readOpenings(bytes(text), 7)).toBeInstanceOf(Map);
        } catch (error) {
          expect(error).toBeInstanceOf(LogFault);
        }
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('a server that gives the values of many leaves at once', () => {
  const opened = (index: number) => ({ index, openings: { path: { value: `/${index}`, salt } } });
  const answering = (answer: (path: string) => unknown) => {
    const requested: string[] = [];
    const read = (path: string) => {
      requested.push(path);
      const found = answer(path);
      return Promise.resolve(found === undefined ? undefined : bytes(found));
    };
    return { requested, files: new OpeningFiles({ read }) };
  };

  test('is asked once a page, however many leaves are read at once', async () => {
    const { requested, files } = answering((path) => {
      const start = Number(path.split('=')[1]);
      return { index: start, next: start + 10, leaves: [opened(start + 1)] };
    });
    const found = await Promise.all([1, 3, 10, 12, 13].map((index) => files.next(index)));
    expect(found.map((each) => each.get('path')?.value)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      '/13',
    ]);
    expect(requested).toEqual(['openings?index=1', 'openings?index=12']);
  });

  test('a source without pages gives a file a leaf', async () => {
    const { requested, files } = answering((path) => (path === 'openings/7' ? opened(7) : undefined));
    expect([...(await files.next(7)).keys(), ...(await files.next(8)).keys()]).toEqual(['path']);
    expect(requested).toEqual(['openings?index=7', 'openings/7', 'openings/8']);
  });

  test.each([
    ['of other leaves', { index: 8, next: 10, leaves: [] }],
    ['without an end', { index: 7, leaves: [] }],
    ['that ends where it begins', { index: 7, next: 7, leaves: [] }],
    ['with a leaf without openings', { index: 7, next: 10, leaves: [{ index: 7 }] }],
    ['that is no JSON', '{'],
  ])('a page %s is refused', async (_what, page) => {
    await expect(answering(() => page).files.next(7)).rejects.toMatchObject({
      code: 'false_opening',
      index: 7,
    });
  });
});
