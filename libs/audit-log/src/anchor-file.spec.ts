import { parseAnchorFile } from './anchor-file.js';

const anchor = {
  deployment: 'dep_1',
  tenant: 'acme',
  trust: `sha256:${'0'.repeat(64)}`,
  vkey: 'countersign/dep_1/acme+00000000+AQ',
};

test('an anchor file is read, and members of later versions are ignored', () => {
  expect(parseAnchorFile(`${JSON.stringify({ ...anchor, later: [1] }, null, 2)}\n`)).toEqual(anchor);
  const both = { ...anchor, deploymentVkey: 'countersign/dep_1/deployment+0+A' };
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
  ['a key of another log', JSON.stringify({ ...anchor, vkey: 'example.com/log+00000000+AQ' })],
  ['the key of another tenant’s log', JSON.stringify({ ...anchor, tenant: 'globex' })],
  ['the key of another deployment’s log', JSON.stringify({ ...anchor, deployment: 'dep_2' })],
  [
    'another log’s key in place of the deployment’s',
    JSON.stringify({ ...anchor, deploymentVkey: 'countersign/dep_2/deployment+0+A' }),
  ],
  ['a fingerprint that is no digest', JSON.stringify({ ...anchor, trust: 'sha256:0' })],
  ['a list of fingerprints', JSON.stringify({ ...anchor, trust: [anchor.trust] })],
])('%s is no anchor file', (_name, text) => {
  expect(parseAnchorFile(text)).toBeUndefined();
});
