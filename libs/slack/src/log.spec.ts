import { boltLogger } from './log.js';

function logged(level: 'warn' | 'error', ...words: unknown[]): string {
  const lines: string[] = [];
  const write = (more: object, message: string) => void lines.push(JSON.stringify([more, message]));
  boltLogger({ info: write, warn: write, error: write })[level](...words);
  return lines.join('\n');
}

test.each<[string, unknown[]]>([
  ['a token in a sentence', ['calling with xoxb-1-hunter2']],
  ['a rotated token', ['xoxe.xoxb-1-hunter2 lapsed']],
  ['an app token', ['opened with xapp-1-hunter2']],
  ['a webhook address', ['posting to https://hooks.slack.com/actions/T1/2/hunter2']],
  ['what follows the sentence', ['it failed', { token: 'hunter2' }]],
  ['a second line', ['it failed\nbody: hunter2']],
  ['an error with its data', [Object.assign(new Error('it failed'), { data: { body: 'hunter2' } })]],
  ['an object', [{ payload: 'hunter2' }]],
])('P11: %s: no secret is written', (_what, words) => {
  const text = logged('error', ...words);
  expect(text).not.toBe('');
  expect(text).not.toContain('hunter2');
});

test('the message and the code are written', () => {
  const error = Object.assign(new Error('An API error occurred: invalid_auth'), {
    code: 'slack_webapi_platform_error',
  });
  expect(logged('warn', error)).toBe(
    '[{"code":"slack_webapi_platform_error"},"Slack: An API error occurred: invalid_auth"]',
  );
});
