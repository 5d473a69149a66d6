import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrivacyControlsTest } from '@countersign/api';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import type { PersonName } from '../../factories/organisation.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import { makeRequest } from '../story.js';

let broker: TestBroker;
let folder: string;
beforeAll(async () => {
  broker = await TestBroker.start();
  folder = await tempFolder('policy-test');
});
afterAll(async () => {
  await removeFolder(folder);
  await broker.close();
});

async function policyTest(draft: string, who: PersonName = 'approver', ...more: string[]) {
  const file = join(folder, 'controls.yaml');
  await writeFile(file, draft);
  const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys[who] };
  const terminal = new Terminal(env, '');
  const exit = await run(['policy', 'test', file, ...more], terminal);
  return { exit, out: terminal.out, err: terminal.err };
}

describe('countersign policy test', () => {
  test('says of each past request that the draft treats in another way what changes, and why', async () => {
    const short = await makeRequest(broker, 'engineer', { duration: 'PT10M' });
    const long = await makeRequest(broker, 'engineer', { duration: 'PT1H' });
    const { exit, out } = await policyTest(
      'approvals: 2\nmaxDuration: PT30M\nslackMayApprove: [list, read]\n',
    );
    expect(exit).toBe(0);
    expect(out).toContain(
      '2 past requests tried: the draft would refuse 1 that are possible now, allow 0 that are refused now, and require other reviews of 1.',
    );
    const line = (id: string) => out.split('\n').find((each) => each.includes(id));
    expect(line(short.id)).toMatch(/1 \+ 1 reviews +1 \+ 2 reviews +The customer now requires 2 approval/);
    expect(line(long.id)).toMatch(/1 \+ 1 reviews +refused: duration_too_long +3600 seconds/);
    const json = await policyTest('{"approvals": 2}', 'vendorAuditor', '--tenant', 'acme', '--json');
    expect((JSON.parse(json.out) as PrivacyControlsTest).tested).toBe(2);
  });

  test.each([
    ['no YAML', 'a: [', 'is no YAML'],
    ['a list', '- approvals', 'must hold the members of privacyControls'],
    ['an alias that could expand to gigabytes', 'a: &a [1]\nb: *a\n', 'is no YAML'],
    ['an unknown member', 'approvers: 2', '/approvers'],
    ['no approval at all', 'approvals: 0', 'the vendor would decide alone'],
    ['a rule that nobody can satisfy', 'rules: [{ approvals: 9 }]', 'nothing could ever be approved'],
    [
      'a regular expression as a ticket pattern',
      'rules: [{ ticket: { patterns: ["(a+)+$"] } }]',
      'must be a pattern such as CASE-####',
    ],
  ])('P13: %s is refused, with the reason', async (_what, draft, reason) => {
    const { exit, out, err } = await policyTest(draft);
    expect(exit).not.toBe(0);
    expect(out + err).toContain(reason);
  });

  test('P9: another customer’s person is refused', async () => {
    const { exit, out, err } = await policyTest('approvals: 1', 'foreignApprover', '--tenant', 'acme');
    expect(exit).not.toBe(0);
    expect(out + err).toContain('error[not_found]');
  });
});
