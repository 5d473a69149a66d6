/** @soak */

import {
  applyOrganisation,
  endInstallation,
  findPersonBySlackAccount,
  type GivenInstallation,
  keepInstallation,
  linkByEmail,
  linkSlackAccount,
  listInstallations,
  listSlackAccounts,
  type Organisation,
  type Principal,
  type SlackIds,
  type SlackProfile,
  unlinkSlackAccount,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
const ada: SlackIds = { team: 'T0ACME', enterprise: null, user: 'U0ADA' };
const PROFILE: SlackProfile = {
  email: 'Ada@ACME.example',
  emailVerified: true,
  guest: false,
  bot: false,
  deactivated: false,
};

function matching(matchEmail: boolean): Organisation {
  const file = smallOrganisation();
  for (const tenant of file.tenants)
    tenant.slack = {
      teamId: tenant.slug === 'acme' ? 'T0ACME' : 'T0GLOBEX',
      channelId: `C0${tenant.slug.toUpperCase()}`,
      ...(tenant.slug === 'acme' ? { matchEmail } : {}),
    };
  return file;
}

describeUseCase('SQLite', 'Slack accounts', (bench) => {
  let flow: Workflow;
  const web = async (email: string): Promise<Principal> => ({
    ...(await flow.as(email)),
    channel: 'web',
    assurance: 'oidc',
    authenticatedAt: flow.clock.now().toISOString(),
  });
  beforeEach(async () => {
    flow = await startWorkflow(bench, matching(true));
  });
  const who = async (ids: SlackIds) => {
    const found = await findPersonBySlackAccount(flow.deps, ids);
    return 'person' in found ? found.person.email : found.why;
  };
  const notified = async () =>
    (await bench.store.readAsVendor((unit) => unit.outbox.after('', 100)))
      .filter(({ kind }) => kind === 'account.notices-changed')
      .map(({ tenant, audience }) => ({ tenant, audience }));
  const link = async (email: string, ids: SlackIds) => linkSlackAccount(flow.deps, await web(email), ids);

  test('an account is someone’s for 30 days to the second, and then asked for again', async () => {
    expect(await who(ada)).toBe('unlinked');
    await link('ada@acme.example', ada);
    flow.clock.forward(30 * DAY - 1);
    expect(await who(ada)).toBe('ada@acme.example');
    flow.clock.forward(1);
    expect(await who(ada)).toBe('lapsed');
    await link('ada@acme.example', ada);
    expect(await who(ada)).toBe('ada@acme.example');
  });

  test('no one of another workspace is taken for them, though the user’s id is the same', async () => {
    await link('ada@acme.example', ada);
    expect(await who({ ...ada, team: 'T0OTHER' })).toBe('unlinked');
    expect(await who({ ...ada, team: null, enterprise: 'E0GRID' })).toBe('unlinked');
  });

  test('in a Grid it is the same account in each of its workspaces', async () => {
    await link('ada@acme.example', { ...ada, enterprise: 'E0GRID' });
    expect(await who({ team: 'T0SISTER', enterprise: 'E0GRID', user: 'U0ADA' })).toBe('ada@acme.example');
    expect(await who({ team: 'T0SISTER', enterprise: null, user: 'U0ADA' })).toBe('unlinked');
    // In a channel shared with others Slack names the workspace alone: that from which it was linked counts.
    expect(await who({ team: 'T0ACME', enterprise: null, user: 'U0ADA' })).toBe('ada@acme.example');
    expect(await who({ team: 'T0ACME', enterprise: null, user: 'U0BOB' })).toBe('unlinked');
  });

  test('login CSRF: an account of another workspace than the side’s own is neither linked nor accepted', async () => {
    const tryLink = async (email: string, team: string) =>
      linkSlackAccount(flow.deps, await web(email), { ...ada, team });
    expect(await tryLink('ada@acme.example', 'T0GLOBEX')).toBe('other_workspace');
    expect(await tryLink('erin@northwind.example', 'T0ACME')).toBe('other_workspace');
    expect(await who({ ...ada, team: 'T0GLOBEX' })).toBe('unlinked');
    expect(await tryLink('ada@acme.example', 'T0ACME')).toBe('linked');
    const moved = matching(false);
    moved.tenants[0]!.slack!.peopleTeamId = 'T0NEXT';
    await applyOrganisation(flow.deps, moved, { dryRun: false });
    expect(await who(ada)).toBe('lapsed');
    expect(await tryLink('ada@acme.example', 'T0NEXT')).toBe('linked');
  });

  test('who links it last has it; it ends with the person and does not come back with them', async () => {
    await link('ada@acme.example', ada);
    await link('bob@acme.example', ada);
    expect(await who(ada)).toBe('bob@acme.example');
    const without = matching(true);
    without.tenants[0]!.people = without.tenants[0]!.people.filter(({ name }) => name !== 'Bob Chen');
    await applyOrganisation(flow.deps, without, { dryRun: false });
    expect(await who(ada)).toBe('unlinked');
    await applyOrganisation(flow.deps, matching(true), { dryRun: false });
    expect(await who(ada)).toBe('unlinked');
  });

  test('only a browser session links it; only its own person lists and unlinks it', async () => {
    const key = await flow.as('ada@acme.example');
    expect(await outcome(linkSlackAccount(flow.deps, key, ada))).toBe('forbidden');
    await link('ada@acme.example', ada);
    const [mine, bob] = [await web('ada@acme.example'), await web('bob@acme.example')];
    expect(await listSlackAccounts(flow.deps, mine)).toMatchObject([{ user: 'U0ADA', way: 'sign-in' }]);
    const account = { workspace: 'T0ACME', user: 'U0ADA' };
    expect(await outcome(unlinkSlackAccount(flow.deps, bob, account))).toBe('not_found');
    const unlink = (how: Partial<Principal>) =>
      outcome(unlinkSlackAccount(flow.deps, { ...mine, ...how }, account));
    expect(await unlink({ channel: 'api', assurance: 'api-key' })).toBe('forbidden');
    expect(await unlink({ assurance: 'mail-code' })).toBe('forbidden');
    flow.clock.forward(11 * 60);
    expect(await unlink({})).toBe('fresh_sign_in_required');
    expect(await who(ada)).toBe('ada@acme.example');
    expect(await notified()).toEqual([]);
    expect(await unlink({ authenticatedAt: flow.clock.now().toISOString() })).toBe('done');
    expect(await who(ada)).toBe('unlinked');
    expect(await notified()).toEqual([{ tenant: 'acme', audience: [mine.person.id] }]);
    const types = (await flow.leaves('acme')).map(({ type }) => type).filter((type) => /^slack/.test(type));
    expect(types).toEqual(['slack.linked', 'slack.unlinked']);
    // P11: what Slack calls someone is personal: the log holds commitments of it.
    expect(JSON.stringify(await flow.leaves('acme'))).not.toContain('U0ADA');
  });

  describe('by the address that Slack has verified', () => {
    const match = (profile: Partial<SlackProfile> = {}, ids: SlackIds = ada) =>
      linkByEmail(flow.deps, ids, { ...PROFILE, ...profile });

    test('a member of the tenant’s own workspace is found, for a day, as long as the tenant wants it', async () => {
      expect((await match())?.email).toBe('ada@acme.example');
      expect(await who(ada)).toBe('ada@acme.example');
      flow.clock.forward(DAY - 1);
      expect(await who(ada)).toBe('ada@acme.example');
      await applyOrganisation(flow.deps, matching(false), { dryRun: false });
      expect(await who(ada)).toBe('lapsed');
      await applyOrganisation(flow.deps, matching(true), { dryRun: false });
      flow.clock.forward(1);
      expect(await who(ada)).toBe('lapsed');
    });

    test('P2: no one of the vendor’s workspace is, though the tenant’s channel stands there', async () => {
      const shared = matching(true);
      shared.vendor.slack = { teamId: 'T0ACME', channelId: 'C0REVIEWS' };
      await applyOrganisation(flow.deps, shared, { dryRun: false });
      expect(await match()).toBeNull();
      expect(await who(ada)).toBe('unlinked');
    });

    test('the tenant’s workspace is another now: what the old one vouched for counts no more', async () => {
      await match();
      const moved = matching(true);
      for (const { slack } of moved.tenants) if (slack?.teamId === 'T0ACME') slack.teamId = 'T0NEXT';
      await applyOrganisation(flow.deps, moved, { dryRun: false });
      expect(await who(ada)).toBe('lapsed');
    });

    test.each<[string, Partial<SlackProfile>, SlackIds]>([
      ['a guest', { guest: true }, ada],
      ['a bot', { bot: true }, ada],
      ['an account that is off', { deactivated: true }, ada],
      ['an address that nobody has verified', { emailVerified: false }, ada],
      ['no address', { email: null }, ada],
      ['the owner of another +tag of the address', { email: 'ada+helpdesk@acme.example' }, ada],
      ['somebody of another workspace', {}, { ...ada, team: 'T0OTHER' }],
      [
        'a workspace whose tenant does not want it',
        { email: 'gwen@globex.example' },
        { ...ada, team: 'T0GLOBEX' },
      ],
      ['somebody of another tenant', { email: 'gwen@globex.example' }, ada],
      ['the vendor’s staff', { email: 'erin@northwind.example' }, ada],
    ])('%s is not', async (_what, profile, ids) => {
      expect(await match(profile, ids)).toBeNull();
      expect(await who(ids)).toBe('unlinked');
    });

    test('it takes nothing from an account that its owner has signed in with', async () => {
      await link('bob@acme.example', ada);
      await match();
      expect(await who(ada)).toBe('bob@acme.example');
    });
  });

  describe('installations', () => {
    const installation: GivenInstallation = {
      ...{ workspace: 'T0ACME', name: 'Acme', appId: 'A1', botId: 'B1', botUser: 'U0BOT' },
      ...{ scopes: ['chat:write'], token: 'xoxb-hunter2', refreshToken: null, tokenExpiresAt: null },
    };
    const keep = async (email: string, change: Partial<Principal> = {}) =>
      outcome(keepInstallation(flow.deps, { ...(await web(email)), ...change }, installation));

    test('are let in by a security admin or a tenant’s admin alone', async () => {
      for (const email of ['erin@northwind.example', 'max@northwind.example', 'bob@acme.example'])
        expect([email, await keep(email)]).toEqual([email, 'forbidden']);
      expect(await keep('ada@acme.example', { assurance: 'mail-code' })).toBe('forbidden');
      for (const email of ['sam@northwind.example', 'ada@acme.example'])
        expect([email, await keep(email)]).toEqual([email, 'done']);
      const leaves = (await flow.leaves('acme')).filter(({ type }) => type === 'slack.installed');
      expect(leaves.map(({ data }) => data)).toEqual([
        { workspace: 'T0ACME', scopes: ['chat:write'] },
        { workspace: 'T0ACME', scopes: ['chat:write'] },
      ]);
    });

    test('P9: a tenant’s admin sees that of its own workspace alone', async () => {
      await keep('sam@northwind.example');
      const seen = async (email: string) =>
        (await listInstallations(flow.deps, await web(email))).map(({ workspace }) => workspace);
      expect(await seen('ada@acme.example')).toEqual(['T0ACME']);
      expect(await seen('gwen@globex.example')).toEqual([]);
      expect(await outcome(seen('bob@acme.example'))).toBe('forbidden');
    });

    test('end once; what was installed after Slack said so stays', async () => {
      await keep('ada@acme.example');
      const end = (at: Date | null) => endInstallation(flow.deps, 'T0ACME', 'app_uninstalled', at);
      expect(await end(new Date(flow.clock.now().getTime() - 5_000))).toBe(false);
      expect([await end(flow.clock.now()), await end(null)]).toEqual([true, false]);
      const [ended] = (await flow.leaves('acme')).filter(({ type }) => type === 'slack.ended');
      expect(ended?.data).toEqual({ workspace: 'T0ACME', reason: 'app_uninstalled' });
      expect(await endInstallation(flow.deps, 'T0NONE', 'app_uninstalled')).toBe(false);
    });
  });
});
