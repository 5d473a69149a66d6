import { AccessError } from '@countersign/access';
import { eventually } from '../../../../test/support/eventually.js';
import type { SlackParts } from '../config.js';
import { requestRefusalText } from '../messages/ask-view.js';
import { messageView } from '../messages/modals.js';
import { messageOf } from './sentences.js';
import { answerSubmission, errorsOf, type Submission, type SubmissionResult } from './submit.js';

const parts = {
  deps: { ids: { next: () => 'evt_1' } },
  settings: { language: 'en' },
} as unknown as SlackParts;

/** A submitted form, and the calls to Slack in order. */
function sent() {
  const heard: { what: string; with: unknown }[] = [];
  const lines: string[] = [];
  const submission = {
    ack: async (answer: unknown) => void heard.push({ what: 'ack', with: answer }),
    body: { view: { id: 'V1' } },
    view: { title: { text: 'Ask for access' } },
    client: {
      views: { update: async (update: unknown) => void heard.push({ what: 'update', with: update }) },
    },
    logger: { error: (line: string) => void lines.push(line) },
  } as unknown as Submission;
  return { heard, lines, submission };
}

/** Work that ends when the test releases it. */
function slowWork(answer: SubmissionResult) {
  let release = () => {};
  const work = new Promise<SubmissionResult>((resolve) => {
    release = () => resolve(answer);
  });
  return { release, work: () => work };
}

test('reasons of a refusal are German in the German app, with a limit or the customer’s own words as they are', () => {
  const refusals = [
    { code: 'locked', detail: 'Access is locked.', pointer: '/tenant' },
    { code: 'ticket_required', detail: 'Name our case number.', pointer: '/ticket' },
  ] as const;
  const error = new AccessError('request_refused', 'no', { refusals });
  const errors = errorsOf(
    error,
    (pointer) => pointer.slice(1),
    requestRefusalText('de'),
    messageOf({ language: 'de' }, error),
  );
  expect(errors).toEqual({
    tenant: 'Der Zugriff ist gesperrt.',
    ticket: 'Die Regeln verlangen ein Ticket. („Name our case number.“)',
  });
  const bare = new AccessError('invalid_request', 'The scope is empty.', { pointer: '/scope' });
  expect(messageOf({ language: 'de' }, bare)).not.toContain('scope');
  expect(messageOf({ language: 'en' }, bare)).toBe('The scope is empty.');
});

test('quick work is answered at once, with errors under their fields', async () => {
  const { heard, submission } = sent();
  await answerSubmission(parts, submission, async () => ({ errors: { reason: 'x'.repeat(999) } }));
  expect(heard).toHaveLength(1);
  expect(JSON.stringify(heard)).toMatch(/"errors":\{"reason":"x{293}… \(cut\)"\}/);
});

test('work that takes longer than Slack waits is acknowledged in time, and the result is shown later', async () => {
  const { heard, submission } = sent();
  const view = messageView('en', 'Ask for access', 'You have asked.');
  const { release, work } = slowWork({ view });
  const done = answerSubmission(parts, submission, work, 1);
  await eventually('an acknowledgement', () => heard.length === 1);
  expect(JSON.stringify(heard[0])).toContain('One moment');
  release();
  await done;
  expect(heard[1]).toEqual({ what: 'update', with: { view_id: 'V1', view } });
});

test('late errors say that nothing was sent', async () => {
  const { heard, submission } = sent();
  const { release, work } = slowWork({ errors: { tenant: 'There is no such tenant.' } });
  const done = answerSubmission(parts, submission, work, 1);
  await eventually('an acknowledgement', () => heard.length === 1);
  release();
  await done;
  expect(JSON.stringify(heard[1])).toContain('Nothing was sent. There is no such tenant.');
});

test('P11: an unexpected error is logged under an id, and the user sees only the id', async () => {
  const { heard, lines, submission } = sent();
  await answerSubmission(parts, submission, async () => {
    throw new Error('password=hunter2');
  });
  expect(JSON.stringify(heard)).toContain('evt_1');
  expect(JSON.stringify(heard)).not.toContain('hunter2');
  expect(lines).toEqual([expect.stringMatching(/^evt_1 Error/)]);
});

test('every refusal appears under its field', () => {
  const refusals = [
    { code: 'duration_too_long', detail: 'Too long.', pointer: '/duration' },
    { code: 'unknown_action', detail: 'No such action.', pointer: '/scope/0/actions/1' },
    { code: 'unknown_resource', detail: 'No such resource.', pointer: '/scope/0/resource' },
  ] as const;
  const error = new AccessError('request_refused', 'no', { refusals });
  expect(errorsOf(error, (pointer) => pointer.split('/')[1] ?? '')).toEqual({
    duration: 'Too long.',
    scope: 'No such action. No such resource.',
  });
});

test('a refusal that no field of the form can change says where to request it instead', () => {
  const refusals = [
    { code: 'reason_code_required', detail: 'State a reason code.', pointer: '/reasonCode' },
    { code: 'budget_too_large', detail: 'At most 3 calls.', pointer: '/budget/calls' },
    { code: 'duration_too_long', detail: 'Too long.', pointer: '/duration' },
  ] as const;
  const error = new AccessError('request_refused', 'no', { refusals });
  const elsewhere = 'This form has no field for it: request this in the browser.';
  expect(
    errorsOf(error, (pointer) => (pointer === '/duration' ? 'duration' : 'tenant'), requestRefusalText('en')),
  ).toEqual({
    tenant: `State a reason code. ${elsewhere} At most 3 calls. ${elsewhere}`,
    duration: 'Too long.',
  });
});
