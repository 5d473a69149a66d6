import { NOTICE_WAYS } from '@countersign/contract';
import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';

const ways = z
  .array(z.enum(NOTICE_WAYS))
  .max(NOTICE_WAYS.length)
  .refine((list) => new Set(list).size === list.length, 'Each way once');

const noticeChoices = z
  .strictObject({
    decide: ways.describe(
      'What waits for this person. At least by mail or Slack; a push alone is not enough.',
    ),
    own: ways.describe(
      'What happens to one’s own requests and access. At least by mail or Slack; a push alone is not enough.',
    ),
    decided: ways.describe('What others decided about a request that one could decide.'),
    access: ways.describe('Others’ access begins, is used and ends.'),
    reports: ways.describe('Statements of the day, and results of reviews and practices.'),
  })
  .describe(
    'The ways by which each topic comes; `push` only in browsers in which the person has turned it on. Emergencies, demands, supervision, stops, trust, passkeys, keys, widenings and access that someone ended always come by every way.',
  );

const zone = z
  .string()
  .max(64)
  .nullable()
  .describe('The time zone of the clocks in one’s messages, an IANA name. Null: the browser’s.');

const preferencesBody = named(
  'NewPreferences',
  'What the caller chooses; it takes the place of what they chose before.',
  z.strictObject({ notices: noticeChoices, zone }),
);
export type NewPreferences = z.infer<typeof preferencesBody>;

const preferencesSchema = named(
  'Preferences',
  'What the caller has chosen about their messages.',
  z.object({
    notices: noticeChoices,
    zone,
    browserZone: z
      .string()
      .nullable()
      .describe('That of the browser in which they last signed in; null if it is not known.'),
  }),
);
export type Preferences = z.infer<typeof preferencesSchema>;

export const preferenceEndpoints = {
  read: endpoint({
    route: 'GET /api/v1/preferences',
    callers: { people: 'self.read' },
    summary: 'Read one’s own choices about messages',
    description: 'Which notices come by which way, and the time zone of their clocks.',
    answer: { status: 200, description: 'The choices.', schema: preferencesSchema },
  }),
  save: endpoint({
    route: 'PUT /api/v1/preferences',
    callers: { people: 'preference.save' },
    summary: 'Choose which notices come by which way, and the time zone of their clocks',
    description:
      'Only in the person’s own browser session, after a sign-in in the last ten minutes. The person is notified by every way if less reaches them now, or the time zone changes. Each change is the event `preferences.changed` of their side’s log, without what they chose. A duty reaches its person all the same if the way that is on does not exist for them, for example because no Slack account is linked or the app was removed there. Notices that were sent already stay.',
    body: { schema: preferencesBody },
    answer: { status: 200, description: 'The choices.', schema: preferencesSchema },
    errors: ['fresh_sign_in_required'],
  }),
};
