/** @soak */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrivacyControlsTest } from '@countersign/api';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import type { PersonName } from '../../factories/organisation.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import { makeGrant, makeRequest } from '../story.js';

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

async function policy(who: PersonName, ...words: string[]) {
  const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys[who] };
  const terminal = new Terminal(env, '');
  const exit = await run(['policy', ...words], terminal);
  return { exit, out: terminal.out, err: terminal.err };
}

async function policyTest(draft: string, who: PersonName = 'approver', ...more: string[]) {
  const file = join(folder, 'controls.yaml');
  await writeFile(file, draft);
  return policy(who, 'test', file, ...more);
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
    expect(line(long.id)).toMatch(/1 \+ 1 reviews +refused: duration_too_long +1 hour asked for/);
    const json = await policyTest('{"approvals": 2}', 'vendorAuditor', '--tenant', 'acme', '--json');
    expect((JSON.parse(json.out) as PrivacyControlsTest).tested).toBe(2);
  });

  onlyInSoak(() => {
    test('says what narrows and widens, what waits, and which access would end', async () => {
      const at = '/api/v1/tenants/acme/privacy-controls';
      const { grant } = await makeGrant(broker, 'engineer', { duration: 'PT1H' });
      const { body: before } = await broker.call('tenantAdmin', 'GET', at);
      const widening = { delay: 'PT24H', secondAdmin: true };
      const put = (body: unknown) => broker.call('tenantAdmin', 'PUT', at, { body: body as object });
      const { body: now } = await put({ ...(before as object), widening });
      const draft = { ...(now as object), maxDuration: 'PT30M', approvals: 1, countersign: [] };
      const { body } = await broker.call('tenantAdmin', 'POST', `${at}/test`, { body: draft });
      expect((body as PrivacyControlsTest).change).toEqual({
        members: [
          { member: 'maxDuration', effect: 'narrows' },
          { member: 'countersign', effect: 'widens' },
        ],
        waits: { delay: 'P1D', secondAdmin: true, signed: false },
        ends: [
          {
            grant,
            requester: expect.any(String),
            service: 'billing',
            refusals: [expect.objectContaining({ code: 'duration_too_long' })],
          },
        ],
      });
      const { version: _version, ...members } = draft as object as Record<string, unknown>;
      const { out } = await policyTest(JSON.stringify(members), 'tenantAdmin');
      expect(out).toContain(`Narrows maxDuration: at once; ends ${grant}.`);
      expect(out).toContain('Widens countersign: waits P1D, a second admin has to confirm it.');
      const unchanged = JSON.stringify({ ...(now as object), version: undefined });
      const { out: none } = await policyTest(unchanged, 'tenantAdmin');
      expect(none).toContain('The draft changes nothing.');
      // What was shown happens.
      const { body: changed } = await put(draft);
      const { body: ended } = await broker.call('tenantAdmin', 'GET', `/api/v1/grants/${grant}`);
      expect(ended).toMatchObject({ state: 'ended', endReason: 'revoked' });
      const { waiting } = changed as { waiting: string };
      await broker.call('tenantAdmin', 'DELETE', `/api/v1/tenants/acme/widenings/${waiting}`);
    });
  });

  const REFUSED: [string, string, string][] = [
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
  ];
  test.each(someRows(REFUSED, 2))('P13: %s is refused, with the reason', async (_what, draft, reason) => {
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

describe('countersign policy widenings, confirm and withdraw', () => {
  const CONTROLS = '/api/v1/tenants/acme/privacy-controls';
  /** The tenant's admin widens the controls, which wait for a second admin. @returns `wdn_…` */
  async function widen(maxDuration: string): Promise<string> {
    const { body: now } = await broker.call('tenantAdmin', 'GET', CONTROLS);
    const wanted = { ...(now as object), widening: { secondAdmin: true, delay: 'PT24H' } };
    const { body: strict } = await broker.call('tenantAdmin', 'PUT', CONTROLS, { body: wanted });
    const body = { ...(strict as object), maxDuration };
    const { body: changed } = await broker.call('tenantAdmin', 'PUT', CONTROLS, { body });
    expect(changed).toMatchObject({ maxDuration: (now as { maxDuration: string }).maxDuration });
    return (changed as { waiting: string }).waiting;
  }

  test('shows what waits and what changes; the second admin confirms it, not its author; any admin withdraws it', async () => {
    const id = await widen('PT3H');
    const listed = await policy('vendorAuditor', 'widenings', '--tenant', 'acme');
    expect(listed.out).toMatch(new RegExp(`${id} +waiting, unconfirmed .*maxDuration: .* → "PT3H"`));
    const own = await policy('tenantAdmin', 'confirm', id);
    expect(own.exit).toBe(1);
    expect(own.err).toContain('error[forbidden]: Another admin must confirm it');
    const { exit, out, err } = await policy('approver', 'confirm', id);
    expect(exit).toBe(0);
    expect(err).toContain('maxDuration');
    expect(out).toMatch(/^Confirmed wdn_\S+ It takes effect at 20/);
    const json = await policy('approver', 'widenings', '--state', 'waiting', '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      items: [{ id, needsConfirmation: false, mustBeSigned: false }],
    });
    expect((await policy('secondApprover', 'withdraw', id)).err).toContain('error[forbidden]');
    expect((await policy('tenantAdmin', 'withdraw', id)).out).toContain(`Withdrew ${id}.`);
    expect((await policy('tenantAdmin', 'withdraw', id)).err).toContain('error[wrong_state]');
  });

  test('P9: another tenant’s admin finds nothing', async () => {
    const id = await widen('PT3H');
    const path = `/api/v1/tenants/acme/widenings/${id}`;
    for (const [method, at] of [
      ['GET', path],
      ['DELETE', path],
      ['GET', '/api/v1/tenants/acme/widenings'],
      ['POST', `${path}/confirmation`],
    ] as const) {
      const { status } = await broker.call('foreignAdmin', method, at, method === 'POST' ? { body: {} } : {});
      expect([method, at, status]).toEqual([method, at, 404]);
    }
  });
});
