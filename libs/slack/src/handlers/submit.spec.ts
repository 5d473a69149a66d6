import { AccessError } from '@countersign/access';
import { eventually } from '../../../../test/support/eventually.js';
import type { SlackParts } from '../config.js';
import { sayingView } from '../messages/modals.js';
import { errorsOf, type Sent, type Submission, submitting } from './submit.js';

const parts = { deps: { ids: { next: () => 'evt_1' } } } as unknown as SlackParts;

/** A form that was sent, and what Slack hears of it in order. */
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

/** Work that ends when the test says so, after Slack has been answered. */
function held(answer: Sent) {
  let release = () => {};
  const work = new Promise<Sent>((resolve) => {
    release = () => resolve(answer);
  });
  return { release, work: () => work };
}

test('what is quick is answered at once, errors under their fields', async () => {
  const { heard, submission } = sent();
  await submitting(parts, submission, async () => ({ errors: { reason: 'x'.repeat(999) } }));
  expect(heard).toHaveLength(1);
  expect(JSON.stringify(heard)).toMatch(/"errors":\{"reason":"x{293}… \(cut\)"\}/);
});

test('what takes longer than Slack waits is acknowledged in time, and told when it is there', async () => {
  const { heard, submission } = sent();
  const view = sayingView('Ask for access', 'You have asked.');
  const { release, work } = held({ view });
  const done = submitting(parts, submission, work, 1);
  await eventually('an acknowledgement', () => heard.length === 1);
  expect(JSON.stringify(heard[0])).toContain('One moment');
  release();
  await done;
  expect(heard[1]).toEqual({ what: 'update', with: { view_id: 'V1', view } });
});

test('late errors say that nothing was sent', async () => {
  const { heard, submission } = sent();
  const { release, work } = held({ errors: { tenant: 'There is no such tenant.' } });
  const done = submitting(parts, submission, work, 1);
  await eventually('an acknowledgement', () => heard.length === 1);
  release();
  await done;
  expect(JSON.stringify(heard[1])).toContain('Nothing was sent. There is no such tenant.');
});

test('P11: what nobody foresaw is in the log under an id, and the id is all that is told', async () => {
  const { heard, lines, submission } = sent();
  await submitting(parts, submission, async () => {
    throw new Error('password=hunter2');
  });
  expect(JSON.stringify(heard)).toContain('evt_1');
  expect(JSON.stringify(heard)).not.toContain('hunter2');
  expect(lines).toEqual([expect.stringMatching(/^evt_1 Error/)]);
});

test('every refusal stands under the field that it is about', () => {
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
