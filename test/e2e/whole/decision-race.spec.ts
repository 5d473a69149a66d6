import { raceDecisions } from '../../support/decision-races.js';
import { SAMPLES } from '../../support/samples.js';

test('P8: a hundred parallel decisions on one request, twice: one outcome, at most one grant, one log entry', async () => {
  const { problems } = await raceDecisions(SAMPLES.httpDecisionRounds.quick);
  expect(problems).toEqual([]);
}, 120_000);
