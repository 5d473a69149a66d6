/** @soak */

import type { SlackAccount, SlackInstallation, SlackPost } from '@countersign/access';
import { rowsAt } from '../support/rows-at.js';
import { describeOn } from './support/describe-store.js';
import { aPerson } from './support/rows.js';

const AT = '2026-11-24T15:00:00.000Z';
const LATER = '2026-12-24T15:00:00.000Z';

type Saved = Omit<SlackInstallation, 'version'>;
const anInstallation = (change: Partial<Saved> = {}): Saved => ({
  workspace: 'T0ACME',
  name: 'Acme',
  appId: 'A1',
  botId: 'B1',
  botUser: 'U0BOT',
  scopes: ['chat:write', 'commands'],
  token: 'xoxe.xoxb-hunter2',
  refreshToken: 'xoxe-hunter3',
  tokenExpiresAt: LATER,
  installedBy: null,
  installedAt: AT,
  endedAt: null,
  endReason: null,
  ...change,
});

const aPost = (change: Partial<SlackPost> = {}): SlackPost => ({
  request: 'req_1',
  recipient: 'C:acme',
  workspace: 'T0ACME',
  channel: 'C0LOCKBOX',
  ts: '1700000000.000100',
  shown: 'a',
  postedAt: AT,
  updatedAt: AT,
  ...change,
});

describeOn('SQLite', 'Slack', (bench) => {
  const slack: typeof bench.store.slack.write = (work) => bench.store.slack.write(work);
  const vendor: typeof bench.store.asVendor = (work) => bench.store.asVendor(work);
  const read: typeof bench.store.readAsVendor = (work) => bench.store.readAsVendor(work);
  const found = (workspace = 'T0ACME') => read((unit) => unit.slackInstallations.find(workspace));

  test('an installation is found by its workspace, whether it is a team or a whole Grid', async () => {
    await vendor((unit) => unit.slackInstallations.save(anInstallation()));
    const grid = anInstallation({ workspace: 'E0GRID', refreshToken: null, tokenExpiresAt: null });
    await slack((unit) => unit.slackInstallations.save(grid));
    expect(await found()).toEqual({ ...anInstallation(), version: 1 });
    expect(await found('E0GRID')).toEqual({ ...grid, version: 1 });
    expect(await found('T0OTHER')).toBeNull();
    const all = await read((unit) => unit.slackInstallations.list());
    expect(all.map(({ workspace }) => workspace)).toEqual(['E0GRID', 'T0ACME']);
  });

  test('P11: no token stands in the database, and one that was moved to another workspace does not open', async () => {
    await slack((unit) => unit.slackInstallations.save(anInstallation()));
    await slack((unit) => unit.slackInstallations.save(anInstallation({ workspace: 'T0OTHER' })));
    const rows = await bench.database.raw('SELECT * FROM slack_installations');
    expect(JSON.stringify(rows)).not.toMatch(/hunter/);
    await bench.database.raw(
      `UPDATE slack_installations SET sealed_tokens =
         (SELECT sealed_tokens FROM slack_installations WHERE workspace = 'T0ACME') WHERE workspace = 'T0OTHER'`,
    );
    await expect(found('T0OTHER')).rejects.toMatchObject({ code: 'secret_unreadable' });
  });

  test('of two who rotate one version’s tokens one does it; an ended installation’s are not rotated', async () => {
    await slack((unit) => unit.slackInstallations.save(anInstallation()));
    const rotate = (version: number, token: string) =>
      slack((unit) =>
        unit.slackInstallations.rotate('T0ACME', version, {
          token,
          refreshToken: 'r',
          tokenExpiresAt: LATER,
        }),
      );
    const both = await Promise.all([rotate(1, 'one'), rotate(1, 'two')]);
    expect([...both].sort()).toEqual([false, true]);
    expect(await found()).toMatchObject({ version: 2, token: both[0] ? 'one' : 'two', refreshToken: 'r' });
    expect(await slack((unit) => unit.slackInstallations.end('T0ACME', 'token_revoked', AT))).toBe(true);
    expect(await rotate(2, 'three')).toBe(false);
  });

  test('an ended installation keeps no token, ends once, and stands again when it is installed again', async () => {
    await slack((unit) => unit.slackInstallations.save(anInstallation()));
    const end = () => vendor((unit) => unit.slackInstallations.end('T0ACME', 'app_uninstalled', AT));
    expect([await end(), await end()]).toEqual([true, false]);
    const ended = { token: '', refreshToken: null, endedAt: AT, endReason: 'app_uninstalled' };
    expect(await found()).toMatchObject(ended);
    expect(
      await rowsAt(bench.database.url, 'SELECT sealed_tokens AS sealed FROM slack_installations'),
    ).toEqual([{ sealed: '' }]);
    await slack((unit) => unit.slackInstallations.save(anInstallation({ token: 'xoxb-new' })));
    expect(await found()).toMatchObject({ token: 'xoxb-new', endedAt: null, version: 2 });
  });

  describe('accounts', () => {
    const link = async (change: Partial<SlackAccount> = {}) => {
      const person = aPerson({ tenant: 'acme' });
      const account: SlackAccount = {
        workspace: 'T0ACME',
        user: 'U0ADA',
        team: null,
        person: person.id,
        way: 'sign-in',
        linkedAt: AT,
        expiresAt: LATER,
        ...change,
      };
      await vendor((unit) => unit.organisation.savePerson(person));
      await vendor((unit) => unit.slackAccounts.save(account));
      return account;
    };

    test('an account is one person’s, by workspace and user; linked again it is another’s', async () => {
      const first = await link();
      await link({ workspace: 'E0GRID', team: 'T0GRID' });
      const second = await link({ user: 'U0BOB' });
      expect(await read((unit) => unit.slackAccounts.find('T0ACME', 'U0ADA'))).toEqual(first);
      expect(await read((unit) => unit.slackAccounts.find('T0ACME', 'U0NONE'))).toBeNull();
      const taken = await link({ person: second.person });
      expect(await read((unit) => unit.slackAccounts.find('T0ACME', 'U0ADA'))).toEqual(taken);
      expect(await read((unit) => unit.slackAccounts.ofPerson(first.person))).toEqual([]);
      expect(await read((unit) => unit.slackAccounts.ofPerson(second.person))).toEqual([taken, second]);
    });

    test('one is forgotten by its own person alone, all of a person’s at once', async () => {
      const account = await link();
      const forget = (person: string) =>
        vendor((unit) => unit.slackAccounts.forget(person, 'T0ACME', 'U0ADA'));
      expect([await forget('usr_other'), await forget(account.person)]).toEqual([false, true]);
      const { person } = await link();
      await vendor((unit) => unit.slackAccounts.forgetAllOf(person));
      expect(await read((unit) => unit.slackAccounts.ofPerson(person))).toEqual([]);
    });
  });

  test('a message is found by its request and recipient, follows its changes, and is forgotten by age', async () => {
    await slack((unit) => unit.slackPosts.save(aPost()));
    await slack((unit) =>
      unit.slackPosts.save(aPost({ recipient: 'U:usr_1', channel: 'D1', updatedAt: LATER })),
    );
    await slack((unit) => unit.slackPosts.save(aPost({ shown: 'b' })));
    const find = (recipient: string) => read((unit) => unit.slackPosts.find('req_1', recipient));
    expect(await find('C:acme')).toEqual(aPost({ shown: 'b' }));
    expect(await slack((unit) => unit.slackPosts.prune(LATER))).toBe(1);
    expect([await find('C:acme'), (await find('U:usr_1'))?.channel]).toEqual([null, 'D1']);
  });

  test('what was seen is noted once among many who note it at once, until it is purged or forgotten', async () => {
    const note = (hash = 'h') => slack((unit) => unit.slackSeen.note(hash, AT));
    const all = await Promise.all(Array.from({ length: 8 }, () => note()));
    expect(all.filter(Boolean)).toHaveLength(1);
    await slack((unit) => unit.slackSeen.purge(AT));
    expect(await note()).toBe(false);
    await slack((unit) => unit.slackSeen.purge(LATER));
    expect(await note()).toBe(true);
    await slack((unit) => unit.slackSeen.forget('h'));
    expect(await note()).toBe(true);
  });

  test('two brokers on one database do not both take what came in once', async () => {
    const other = await bench.database.open();
    const one = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        Promise.all(
          [bench.store, other].map((store) =>
            store.slack.write((unit) => unit.slackSeen.note(`h${index}`, AT)),
          ),
        ),
      ),
    );
    expect(one.map((pair) => pair.filter(Boolean).length)).toEqual(one.map(() => 1));
  });

  test('the vendor’s channel is part of the organisation', async () => {
    const policy = { vendorReviews: 1, maxDuration: 3600, tokenTtl: 300, requestTtl: 3600 };
    const place = { teamId: 'T0VENDOR', channelId: 'C0REVIEW' };
    expect(await read((unit) => unit.organisation.vendorSlack())).toBeNull();
    await vendor(({ organisation }) =>
      organisation.saveVendor({ name: 'V', oidc: null, webhooks: [], slack: place, policy }),
    );
    expect(await read((unit) => unit.organisation.vendorSlack())).toEqual(place);
    await vendor(({ organisation }) =>
      organisation.saveVendor({ name: 'V', oidc: null, webhooks: [], policy }),
    );
    expect(await read((unit) => unit.organisation.vendorSlack())).toBeNull();
  });
});
