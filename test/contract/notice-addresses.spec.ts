/** @soak */

import {
  addNoticeAddress,
  changeNoticeTopics,
  confirmNoticeAddress,
  listNoticeAddresses,
  type NoticeAddress,
  noticeProgress,
  type Principal,
  removeNoticeAddress,
} from '@countersign/access';
import type { NoticeTopic } from '@countersign/contract';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
const CODE = 'ABCDEFGH';

describeUseCase('SQLite', 'notice addresses', (bench) => {
  let flow: Workflow;
  let ada: Principal;
  let bob: Principal;
  let gwen: Principal;
  beforeEach(async () => {
    flow = await startWorkflow(bench, smallOrganisation());
    [ada, bob, gwen] = (await Promise.all(
      ['ada@acme.example', 'bob@acme.example', 'gwen@globex.example'].map(flow.as),
    )) as [Principal, Principal, Principal];
  });
  const add = (address: string, topics: NoticeTopic[] = ['emergency'], who = ada) =>
    addNoticeAddress(flow.deps, who, 'acme', { address, topics, code: CODE });
  const confirm = (id: string, code = CODE, who = ada) =>
    confirmNoticeAddress(flow.deps, who, 'acme', id, code);
  const remove = (id: string, who = ada) => removeNoticeAddress(flow.deps, who, 'acme', id);
  const list = async (who = ada): Promise<NoticeAddress[]> => listNoticeAddresses(flow.deps, who, 'acme');
  const leaves = async () =>
    (await flow.leaves('acme')).filter(({ type }) => type.startsWith('notice-address.'));

  test('waits for the code that was mailed to it, which only counts for it, for a day, and five tries', async () => {
    const { address: first } = await add('Security@ACME.example');
    const { address: second } = await add('legal@acme.example');
    expect([first.address, first.state]).toEqual(['security@acme.example', 'waiting']);
    expect(await outcome(confirm(first.id, 'HGFEDCBA'))).toBe('invalid_request');
    expect(await confirm(first.id, 'abcd-efgh')).toMatchObject({ state: 'active', codeHash: null });
    expect(await outcome(confirm(first.id))).toBe('wrong_state');
    for (let tries = 0; tries < 5; tries += 1)
      expect(await outcome(confirm(second.id, 'WRONGWRO'))).toBe('invalid_request');
    expect(await outcome(confirm(second.id))).toBe('invalid_request');
    const { address: third } = await add('late@acme.example');
    flow.clock.forward(DAY);
    expect(await outcome(confirm(third.id))).toBe('invalid_request');
    expect((await leaves()).map(({ type }) => type)).toEqual([
      ...['notice-address.added', 'notice-address.added', 'notice-address.confirmed', 'notice-address.added'],
    ]);
    // The log commits to the address and does not show it.
    expect(JSON.stringify(await leaves())).not.toContain('acme.example');
    expect((await leaves())[0]?.commitments['email']).toMatch(/^c1:/);
  });

  test('one mailbox is listed once, however it is spelt; what is no address is refused', async () => {
    await add('security@acme.example');
    for (const other of ['SECURITY@acme.example', 'security+more@acme.example'])
      expect([other, await outcome(add(other))]).toEqual([other, 'conflict']);
    for (const wrong of [
      'security',
      'a@b@acme.example',
      'ada@acme.example,eve@evil.example',
      'ada@acme.example.',
    ])
      expect([wrong, await outcome(add(wrong))]).toEqual([wrong, 'invalid_request']);
  });

  test('there are at most twenty, and twenty new ones a day, also if they are removed again', async () => {
    for (let count = 0; count < 20; count += 1) {
      const { address } = await add(`box${count}@acme.example`);
      await remove(address.id);
    }
    expect(await outcome(add('one-more@acme.example'))).toBe('conflict');
    flow.clock.forward(DAY + 1);
    expect(await outcome(add('one-more@acme.example'))).toBe('done');
  });

  test('only admins change them, after a strong sign-in; any of their sign-ins removes; no one else’s tenant shows', async () => {
    const { address } = await add('security@acme.example');
    const byMail: Principal = { ...ada, channel: 'web', assurance: 'mail-code' };
    expect(await outcome(add('x@acme.example', ['access'], bob))).toBe('forbidden');
    expect(await outcome(add('x@acme.example', ['access'], byMail))).toBe('forbidden');
    expect(await outcome(confirm(address.id, CODE, byMail))).toBe('forbidden');
    expect(await outcome(list(gwen))).toBe('not_found');
    expect(await outcome(remove(address.id, gwen))).toBe('not_found');
    expect(await outcome(remove(address.id, byMail))).toBe('done');
  });

  test('a removed one is deleted and gets nothing; removing the last one for emergencies warns', async () => {
    const { address: first } = await add('security@acme.example', ['emergency', 'access']);
    const { address: second } = await add('legal@acme.example', ['emergency']);
    await confirm(first.id);
    await confirm(second.id);
    expect(await remove(second.id)).toEqual([]);
    const change = (topics: NoticeTopic[]) => changeNoticeTopics(flow.deps, ada, 'acme', first.id, topics);
    expect((await change(['access'])).warnings).toEqual(['no_emergency_address']);
    expect((await change(['emergency'])).warnings).toEqual([]);
    expect(await remove(first.id)).toEqual(['no_emergency_address']);
    expect(await list()).toEqual([]);
    expect(await outcome(remove(first.id))).toBe('not_found');
    const address = await bench.store.readForTenant('acme', (unit) => unit.noticeAddresses.find(first.id));
    expect(address).toMatchObject({ state: 'removed', address: '', codeHash: null });
    expect(await outcome(add('security@acme.example'))).toBe('done');
    const notices = await bench.store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 200));
    expect(
      notices
        .filter(({ kind }) => kind.startsWith('notice-address.'))
        .map(({ kind, audience }) => [kind, ...audience]),
    ).toEqual(
      ['confirmed', 'confirmed', 'removed', 'removed'].map((what) => [
        `notice-address.${what}`,
        ...['role:acme:admin', 'role:acme:auditor'],
      ]),
    );
  });
});

test('an emergency never begins because an address took the mail: a person has to', () => {
  const delivery = (recipient: string) => ({
    recipient,
    channel: 'mail',
    state: 'delivered',
    lastError: null,
  });
  const progress = (...recipients: string[]) =>
    noticeProgress({ notice: {}, deliveries: recipients.map(delivery) } as unknown as Parameters<
      typeof noticeProgress
    >[0]);
  expect(progress('nad_1')).toMatchObject({ delivered: 0, recipients: 0, isAttempted: false });
  expect(progress('nad_1', 'usr_1')).toMatchObject({ delivered: 1, recipients: 1, isAttempted: true });
});
