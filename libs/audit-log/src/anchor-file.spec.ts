import { parseAnchorFile } from './anchor-file.js';

const anchor = {
  deployment: 'dep_1',
  tenant: 'acme',
  trust: `sha256:${'0'.repeat(64)}`,
  vkey: 'example.com/log+00000000+AQ',
};

test('an anchor file is read, and members of later versions are ignored', () => {
  expect(parseAnchorFile(`${JSON.stringify({ ...anchor, later: [1] }, null, 2)}\n`)).toEqual(anchor);
  const both = { ...anchor, deploymentVkey: 'countersign/dep/deployment+0+A' };
  expect(parseAnchorFile(JSON.stringify(both))).toEqual(both);
});

test.each([
  ['nothing', ''],
  ['no JSON', 'example.com/log+00000000+AQ'],
  ['null', 'null'],
  ['a list', '[]'],
  ['a text', '"acme"'],
  ['no key', JSON.stringify({ ...anchor, vkey: undefined })],
  ['a key of the deployment’s log that is no text', JSON.stringify({ ...anchor, deploymentVkey: null })],
  ['a key that is no text', JSON.stringify({ ...anchor, vkey: 7 })],
  ['a fingerprint that is no digest', JSON.stringify({ ...anchor, trust: 'sha256:0' })],
  ['a list of fingerprints', JSON.stringify({ ...anchor, trust: [anchor.trust] })],
])('%s is no anchor file', (_name, text) => {
  expect(parseAnchorFile(text)).toBeUndefined();
});
