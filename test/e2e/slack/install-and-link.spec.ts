/** @soak */

import type { PersonName } from '../../factories/organisation.js';
import type { Person } from '../../fakes/slack/people/person.js';
import { onlyInSoak } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { SlackWorld } from './slack-world.js';

let world: SlackWorld;
beforeAll(async () => {
  world = await SlackWorld.start();
});
afterAll(() => world.close());

const INSTALL = '/slack/install';
const LINK = '/slack/link';
const methodOf = (path: string) => (path === LINK ? 'POST' : 'GET');

/** Begins as one of ours, agrees at Slack, and gives what Slack sends the browser back with. */
async function begun(who: PersonName, at: Person, path: string) {
  const session = await world.broker.sessionOf(who);
  const answer = await world.broker.page(session, methodOf(path), path);
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  const back = await at.authorise(String(answer.headers.get('location')));
  return { browser: cookies.join('; '), session, path: `${back.pathname}${back.search}` };
}
const finish = async (cookie: string, path: string) => {
  const { status, headers } = await world.broker.page(cookie, 'GET', path);
  const to = new URL(headers.get('location') ?? '/none', 'http://localhost');
  return status === 303 ? to.searchParams.get('slack') : status;
};
const accounts = async (who: PersonName) => {
  const { body } = await world.broker.call(who, 'GET', '/api/v1/slack/accounts');
  return (body as { items: { id: string }[] }).items.map(({ id }) => id);
};

describe('installing the app', () => {
  test.each<[PersonName | null, string, number]>([
    ['engineer', INSTALL, 403],
    ['reviewer', INSTALL, 403],
    ['secondApprover', INSTALL, 403],
    [null, INSTALL, 401],
    [null, LINK, 401],
    [null, '/slack/oauth_redirect', 401],
    [null, '/slack/link/callback', 401],
  ])('%s at %s is answered %i', async (who, path, status) => {
    const cookie = who === null ? null : await world.broker.sessionOf(who);
    expect((await world.broker.page(cookie, methodOf(path), path)).status).toBe(status);
  });

  test('the workspace agrees, and its tokens are nowhere to be read', async () => {
    const { people } = world;
    expect(await world.walk('tenantAdmin', people.ada, INSTALL)).toBe('installed');
    const { body, text } = await world.broker.call('tenantAdmin', 'GET', '/api/v1/slack/installations');
    expect(body).toMatchObject({ items: [{ workspace: 'T0ACME', name: 'Acme', endedAt: null }], next: null });
    expect(text).not.toMatch(/xox/);
    expect((await world.broker.call('secondApprover', 'GET', '/api/v1/slack/installations')).status).toBe(
      403,
    );
  });

  test('P11: nothing of it is in the broker’s log', () => {
    const log = world.broker.logLines.join('');
    expect(log).not.toMatch(/xox|stand-in-client-secret|stand-in-signing-secret|code=|state=/);
  });

  test.each(['cross-site', 'same-site'])('login CSRF: a %s link begins no installation', async (site) => {
    const cookie = await world.broker.sessionOf('tenantAdmin');
    const answer = await world.broker.fetch('GET', INSTALL, { headers: { cookie, 'sec-fetch-site': site } });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
  });

  onlyInSoak(() => {
    test('a workspace that does not agree gets no installation', async () => {
      expect(await world.walk('securityAdmin', world.people.max, INSTALL, { deny: true })).toBe(
        'slack_refused',
      );
      const { body } = await world.broker.call('securityAdmin', 'GET', '/api/v1/slack/installations');
      expect((body as { items: object[] }).items).toHaveLength(1);
    });
  });
});

describe('linking an account', () => {
  test('the person who began it finishes it, in the same browser, once', async () => {
    const { ada } = world.people;
    const first = await begun('approver', ada, LINK);
    const other = await world.broker.sessionOf('secondApprover');
    expect(await finish(first.session, first.path)).toBe('attempt_unknown');
    expect(await finish(`${first.session}; ${first.browser}`, `${first.path}&state=x`)).toBe(
      'attempt_unknown',
    );
    expect(await finish(`${other}; ${first.browser}`, first.path)).toBe('attempt_unknown');
    expect(await accounts('secondApprover')).toEqual([]);
    const second = await begun('approver', ada, LINK);
    expect(await finish(`${second.session}; ${second.browser}`, second.path)).toBe('linked');
    expect(await finish(`${second.session}; ${second.browser}`, second.path)).toBe('attempt_unknown');
    expect(await accounts('approver')).toEqual(['T0ACME.U0ADA']);
  });

  onlyInSoak(() => {
    test('an attempt that started as an installation links no account', async () => {
      const { browser, session, path } = await begun('tenantAdmin', world.people.ada, INSTALL);
      const moved = path.replace('/slack/oauth_redirect', '/slack/link/callback');
      expect(await finish(`${session}; ${browser}`, moved)).toBe('attempt_unknown');
    });
  });

  test('an API key cannot link or unlink, and no one can unlink for another person', async () => {
    const path = '/api/v1/slack/accounts/T0ACME.U0ADA';
    expect((await world.broker.call('approver', 'POST', LINK)).status).toBe(403);
    expect((await world.broker.call('approver', 'DELETE', path)).status).toBe(403);
    const unlink = async (who: PersonName, assurance: 'oidc' | 'mail-code', at = path) =>
      (await world.broker.page(await world.broker.sessionOf(who, assurance), 'DELETE', at)).status;
    expect(await unlink('approver', 'mail-code')).toBe(403);
    expect(await unlink('secondApprover', 'oidc')).toBe(404);
    expect(await unlink('approver', 'oidc', '/api/v1/slack/accounts/nonsense')).toBe(404);
    expect(await accounts('approver')).toEqual(['T0ACME.U0ADA']);
    expect(await unlink('approver', 'oidc')).toBe(204);
    expect(await accounts('approver')).toEqual([]);
  });

  test('login CSRF: another site cannot begin a link in a signed-in browser', async () => {
    const session = await world.broker.sessionOf('approver');
    expect((await world.broker.page(session, 'GET', LINK)).status).toBe(404);
    for (const origin of ['https://evil.example', 'null'])
      expect((await world.broker.page(session, 'POST', LINK, { headers: { origin } })).status).toBe(403);
  });

  test.each<[PersonName, 'ada' | 'max']>([
    ['approver', 'max'],
    ['reviewer', 'ada'],
  ])('login CSRF: %s cannot be linked to an account of another workspace (%s)', async (who, account) => {
    expect(await world.walk(who, world.people[account], LINK)).toBe('other_workspace');
    expect(await accounts(who)).toEqual([]);
  });

  onlyInSoak(() => {
    test('the page reports that Slack is away', async () => {
      const { browser, session, path } = await begun('approver', world.people.ada, LINK);
      world.slack.troubles.down(503);
      expect(await finish(`${session}; ${browser}`, path)).toMatch(/slack_unavailable|answer_invalid/);
      world.slack.troubles.up();
    });
  });
});

onlyInSoak(() => {
  test('without Slack the broker says so, and its inbound address does not exist', async () => {
    const plain = await TestBroker.start();
    try {
      const session = await plain.sessionOf('securityAdmin');
      for (const path of [INSTALL, LINK])
        expect((await plain.page(session, methodOf(path), path)).status).toBe(503);
      expect((await plain.fetch('POST', '/slack/events', { raw: '{}' })).status).toBe(404);
      expect((await plain.call('approver', 'GET', '/api/v1/slack/accounts')).body).toEqual({
        link: null,
        items: [],
      });
    } finally {
      await plain.close();
    }
  });
});
