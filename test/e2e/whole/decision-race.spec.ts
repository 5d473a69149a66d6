import { raceDecisions } from '../../support/decision-races.js';

test('P8: a hundred parallel decisions on one request, twice: one outcome, at most one grant, one log entry', async () => {
  const { problems } = await raceDecisions(2);
  expect(problems).toEqual([]);
}, 120_000);
