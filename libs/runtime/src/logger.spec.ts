import { createLogger } from './logger.js';

function logTo(time?: 'iso') {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'info',
    base: { app: 'test' },
    destination: { write: (line: string) => void lines.push(line) },
    ...(time === undefined ? {} : { time }),
  });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

test('secrets are replaced, down to the third depth', () => {
  const { logger, lines } = logTo();
  logger.info({ token: 'hush', a: { secret: 'hush', b: { headers: ['hush'], body: 'hush' } } }, 'said');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('hush');
  expect(lines[0]).toContain('"app":"test"');
});

test('an error is logged without the members that a driver adds', () => {
  const { logger, last } = logTo();
  const error = Object.assign(new Error('refused', { cause: new TypeError('inner') }), {
    code: '23505',
    parameters: ['personal'],
  });
  logger.error({ err: error }, 'failed');
  expect(last().err).toMatchObject({
    type: 'Error',
    code: '23505',
    message: 'refused',
    cause: { type: 'TypeError' },
  });
  expect(JSON.stringify(last())).not.toContain('personal');
});

test('the time is in milliseconds, or a text for people', () => {
  const millis = logTo();
  millis.logger.info('said');
  expect(millis.last().time).toEqual(expect.any(Number));
  const text = logTo('iso');
  text.logger.info('said');
  expect(text.last().time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
});
