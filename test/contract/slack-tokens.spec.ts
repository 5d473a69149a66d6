/** @soak */

import type { Deps } from '@countersign/access';
import { systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { BOT_SCOPES, boltLogger, readSlackConfig } from '@countersign/slack';
import { Installations } from '../../libs/slack/src/tokens.js';
import { SlackStandIn } from '../fakes/slack/stand-in.js';
import { describeOn } from './support/describe-store.js';
import { TestClock } from './support/workflow.js';

const HOUR = 3_600;
const quiet = boltLogger({ info: () => {}, warn: () => {}, error: () => {} });

describeOn('SQLite', 'Slack’s tokens', (bench) => {
  let slack: SlackStandIn;
  let clock: TestClock;
  let first: Installations;
  let second: Installations;

  const broker = (store: Deps['store']): Installations => {
    const deps = { store, clock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
    const { signingSecret, clientId, clientSecret } = slack.app;
    const config = readSlackConfig({
      ...{ signingSecret, clientId, clientSecret, appToken: null },
      apiUrl: slack.apiUrl,
    });
    return new Installations(deps, config, quiet);
  };
  /** Installs the app behind the broker's back, with a token of now. */
  const install = async () => {
    const { token, refresh } = slack.workspace('T0ACME').install(BOT_SCOPES);
    const at = clock.now();
    await bench.store.slack.write(({ slackInstallations }) =>
      slackInstallations.save({
        ...{ workspace: 'T0ACME', name: 'Acme', appId: 'A1', botId: 'B1', botUser: 'U0BOT', scopes: [] },
        ...{ token, refreshToken: refresh, installedBy: null, installedAt: at.toISOString() },
        tokenExpiresAt: new Date(at.getTime() + 12 * HOUR * 1000).toISOString(),
        ...{ endedAt: null, endReason: null },
      }),
    );
    return token;
  };
  const stored = () => bench.store.readAsVendor((unit) => unit.slackInstallations.find('T0ACME'));
  const exchanges = () => slack.answers('oauth.v2.access');

  beforeEach(async () => {
    clock = new TestClock();
    slack = await SlackStandIn.start({ requestUrl: () => null, clock });
    first = broker(bench.store);
    second = broker(await bench.database.open());
  });
  afterEach(() => slack.stop());

  test('two brokers that find one token old take its refresh token once, and both go on', async () => {
    const token = await install();
    clock.forward(11 * HOUR);
    const both = await Promise.all([
      first.current('T0ACME'),
      second.current('T0ACME'),
      first.current('T0ACME'),
    ]);
    expect(exchanges()).toEqual(['ok']);
    const fresh = (await stored())?.token;
    expect(fresh).not.toBe(token);
    for (const each of both) expect([token, fresh]).toContain(each?.token);
    expect([(await first.current('T0ACME'))?.token, (await second.current('T0ACME'))?.token]).toEqual([
      fresh,
      fresh,
    ]);
    expect(exchanges()).toEqual(['ok']);
  });

  test('a token with hours before it is left alone', async () => {
    const token = await install();
    clock.forward(9 * HOUR);
    expect((await first.current('T0ACME'))?.token).toBe(token);
    expect(exchanges()).toEqual([]);
  });

  test('what is pressed after a quiet night meets no token that has lapsed', async () => {
    await install();
    await first.warm();
    clock.forward(13 * HOUR);
    const found = await first.covering(['T0ACME']);
    expect(found?.token).toBe((await stored())?.token);
    expect(exchanges()).toEqual(['ok']);
  });

  test('a refresh that Slack could not be asked for is asked for again', async () => {
    const token = await install();
    clock.forward(11 * HOUR);
    slack.troubles.down(503);
    expect((await first.current('T0ACME'))?.token).toBe(token);
    slack.troubles.up();
    expect((await second.current('T0ACME'))?.token).toBe((await stored())?.token);
    expect((await stored())?.token).not.toBe(token);
  });

  test('a refresh token that is spent ends the installation once its token has lapsed, not before', async () => {
    await install();
    slack.world.refreshTokens.clear();
    clock.forward(11 * HOUR);
    await first.current('T0ACME');
    expect(await stored()).toMatchObject({ endedAt: null });
    clock.forward(2 * HOUR);
    await first.current('T0ACME');
    expect(await stored()).toMatchObject({ endReason: 'invalid_refresh_token', token: '' });
    expect(await second.current('T0ACME')).toBeNull();
  });

  test('a refused token ends nothing if the app was installed again meanwhile', async () => {
    await install();
    const before = await first.current('T0ACME');
    if (before === null) throw new Error('not installed');
    await install();
    expect(await second.refused(before, 'token_revoked')).toBe(false);
    const now = await first.current('T0ACME');
    expect(now === null ? null : await second.refused(now, 'token_revoked')).toBe(true);
    first.forget('T0ACME');
    expect(await first.covering(['T0ACME', 'E0GRID', null])).toBeNull();
  });
});
