import { parseKept } from './verified-point.js';

const KEPT = {
  vkey: 'countersign/dep_1/acme+00000000+AQ==',
  keyFrom: 'anchor',
  point: { origin: 'countersign/dep_1/acme', size: 3, root: 'AA==', range: ['AA==', 'AQ=='] },
  at: '2026-11-27T08:00:00.000Z',
};

test('what this page keeps, it reads again', () => {
  expect(parseKept(JSON.stringify(KEPT))).toEqual(KEPT);
});

test.each<[string, unknown]>([
  ['no JSON', '{'],
  ['nothing', null],
  ['another size', { ...KEPT, point: { ...KEPT.point, size: -1 } }],
  ['a size in words', { ...KEPT, point: { ...KEPT.point, size: '3' } }],
  ['a range that is none', { ...KEPT, point: { ...KEPT.point, range: [3] } }],
  ['no point', { ...KEPT, point: undefined }],
  ['another source of the key', { ...KEPT, keyFrom: 'me' }],
  ['no time', { ...KEPT, at: 'yesterday' }],
])('%s is damaged, not forgotten', (_what, content) => {
  expect(parseKept(typeof content === 'string' ? content : JSON.stringify(content))).toBe('damaged');
});
