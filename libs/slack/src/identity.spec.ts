import { slackUserOf } from './identity.js';

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
