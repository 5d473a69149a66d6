import type { Deps } from '@countersign/access';
import type { WebClient } from '@slack/web-api';
import { Identities, slackUserOf } from './identity.js';

const press = (change: object = {}) => ({
  user: { id: 'U0ADA', team_id: 'T0ACME' },
  team: { id: 'T0ACME' },
  enterprise: null,
  ...change,
});

test.each<[string, object, object | null]>([
  ['a press in the user’s own workspace', press(), { team: 'T0ACME', enterprise: null, user: 'U0ADA' }],
  [
    'a press in a shared channel, where the app is another workspace’s',
    press({ team: { id: 'T0VENDOR' }, enterprise: { id: 'E0VENDOR' } }),
    { team: 'T0ACME', enterprise: null, user: 'U0ADA' },
  ],
  [
    'a press in a Grid',
    press({ enterprise: { id: 'E0GRID' } }),
    { team: 'T0ACME', enterprise: 'E0GRID', user: 'U0ADA' },
  ],
  [
    'a press where the whole Grid has the app',
    press({ team: null, enterprise: { id: 'E0GRID' } }),
    { team: 'T0ACME', enterprise: 'E0GRID', user: 'U0ADA' },
  ],
  [
    'a user of the Grid itself',
    press({ user: { id: 'W0ADA', team_id: 'E0GRID' }, team: null, enterprise: { id: 'E0GRID' } }),
    { team: null, enterprise: 'E0GRID', user: 'W0ADA' },
  ],
  [
    'a command',
    { user_id: 'U0ERIN', team_id: 'T0VENDOR', command: '/access' },
    { team: 'T0VENDOR', enterprise: null, user: 'U0ERIN' },
  ],
  ['no user', { team: { id: 'T0ACME' } }, null],
])('the sender of %s', (_what, body, who) => {
  expect(slackUserOf(body)).toEqual(who);
});

describe('a person who has linked their account', () => {
  const person = { id: 'usr_ada', tenant: 'acme', removedAt: null };
  const linked = { person: 'usr_ada', workspace: 'T0ACME', team: null, way: 'sign-in' };
  const unit = {
    slackAccounts: { find: async () => ({ ...linked, expiresAt: '2100-01-01T00:00:00.000Z' }) },
    organisation: { person: async () => person, tenant: async () => ({ slack: { teamId: 'T0ACME' } }) },
  };
  const read = (work: (of: typeof unit) => unknown) => work(unit);
  const deps = { clock: { now: () => new Date() }, store: { slackSetup: { read } } } as unknown as Deps;
  const who = { team: 'T0ACME', enterprise: null, user: 'U0ADA' };
  const identify = (profile: object) => {
    const info = async () => ({ user: { team_id: 'T0ACME', ...profile } });
    const client = async () => ({ users: { info } }) as unknown as WebClient;
    return new Identities(deps, 'https://broker.example', client).identify(who);
  };

  test('acts through the channel Slack and is as sure as Slack, whatever the controls allow elsewhere', async () => {
    const principal = { person, channel: 'slack', assurance: 'slack' };
    expect(await identify({})).toEqual({ known: true, principal });
  });

  test('does nothing any more once Slack has switched the account off', async () => {
    expect(await identify({ deleted: true })).toMatchObject({ known: false, why: 'deactivated' });
  });
});
