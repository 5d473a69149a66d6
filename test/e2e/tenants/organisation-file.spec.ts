/** @soak */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../support/root.js';
import { onlyInSoak } from '../../support/samples.js';
import { type Answer, TestBroker } from '../harness.js';

interface Body {
  hash: string;
  code: string;
  errors?: { pointer: string; detail: string }[];
}

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start();
});
afterAll(() => broker.close());

const demoFile = readFileSync(join(root, 'apps/demo/organisation.yaml'), 'utf8');
const bodyOf = ({ body }: Answer) => body as Body;
const preview = (file: string) =>
  broker.call('securityAdmin', 'POST', '/api/v1/organisation/preview', { body: { file } });

test('a whole file is compared over HTTP, and nothing of it is stored or applied', async () => {
  const before = await broker.call('vendorAuditor', 'GET', '/api/v1/organisation/in-force');
  const { status, body } = await preview(demoFile);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    hash: bodyOf(before).hash,
    changes: expect.arrayContaining([
      expect.objectContaining({ action: 'add', kind: 'tenant', name: 'initech' }),
    ]),
  });
  expect((await broker.call('vendorAuditor', 'GET', '/api/v1/organisation/in-force')).body).toEqual(
    before.body,
  );
});

test('a file that names files of the host is refused without a look at them', async () => {
  const naming = (path: string) =>
    demoFile.replace(/^services:\n {2}- /m, `services:\n  - openapi: ${path}\n    `);
  const answers = await Promise.all([naming('/etc/hostname'), naming('/nowhere/at-all')].map(preview));
  for (const { status, ...answer } of answers) {
    expect({ status, code: bodyOf({ status, ...answer }).code }).toEqual({
      status: 400,
      code: 'invalid_request',
    });
    expect(answer.text).toContain('reads no files of the host');
  }
});

onlyInSoak(() => {
  test('every problem of a file is named with its place', async () => {
    const answer = await preview('vendor: {name: Northwind}\nservices: nothing\n');
    const { code, errors = [] } = bodyOf(answer);
    expect({ status: answer.status, code }).toEqual({ status: 400, code: 'invalid_request' });
    expect(errors.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/services', '/tenants']));
  });
});
