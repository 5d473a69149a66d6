import { Gathering } from './gathering.js';

describe('gathering of records', () => {
  test.each([
    ['at once', 5, 100],
    ['in some time', 80, 240],
    ['as late as it can', 10_000, 450],
  ])('a broker that answers %s: after %i ms come %i ms of rest', (_case, answer, rest) => {
    const gathering = new Gathering();
    gathering.answeredIn(answer);
    expect(gathering.milliseconds).toBe(rest);
  });

  test('the last answer counts, not the slowest', () => {
    const gathering = new Gathering();
    gathering.answeredIn(10_000);
    gathering.answeredIn(1);
    expect(gathering.milliseconds).toBe(100);
  });

  test('a rest is waited for', async () => {
    const gathering = new Gathering();
    const began = performance.now();
    await gathering.rest();
    expect(performance.now() - began).toBeGreaterThan(95);
  });

  test('its end ends the rest that is under way, and none comes after it', async () => {
    const gathering = new Gathering();
    gathering.answeredIn(10_000);
    const began = performance.now();
    const rest = gathering.rest();
    gathering.end();
    await rest;
    await gathering.rest();
    expect(performance.now() - began).toBeLessThan(400);
  });
});
