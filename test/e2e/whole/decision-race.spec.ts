import { raceDecisions } from '../../support/decision-races.js';

test('P8: a hundred parallel decisions on one request, twice: one end, at most one grant, one entry in the log', async () => {
  const { problems } = await raceDecisions(2);
  expect(problems).toEqual([]);
}, 120_000);
