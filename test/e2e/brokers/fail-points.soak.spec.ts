import { cutDispatchShort } from '../../support/fail-points/cut-dispatch.js';
import { cutCallShort, cutDutyShort, type Pick } from '../../support/fail-points/cut-short.js';

const at =
  (...names: string[]): Pick =>
  (steps) =>
    names.map((name) => steps.findIndex((step) => step.startsWith(name)) + 1);

const CUTS = [
  { engine: 'PostgreSQL' as const, names: ['COMMIT', 'COMMIT sent'] },
  { engine: 'SQLite' as const, names: ['INSERT INTO notices', 'answer'] },
];

test.each(CUTS)(
  'P7, P8: kill -9 between the steps of a last approval on $engine: it takes effect fully or not at all, and once if repeated',
  async ({ engine, names }) => {
    const { killedAt, problems } = await cutCallShort(engine, 'last approval', at(...names));
    expect(problems).toEqual([]);
    expect(killedAt).toEqual(names.map((name) => expect.stringContaining(name)));
  },
  240_000,
);

test('P7, P8: kill -9 between the steps of a grant’s end: it takes effect fully or not at all, and the next broker ends it once', async () => {
  const { killedAt, problems } = await cutDutyShort('PostgreSQL', 'end of a grant', at('INSERT INTO events'));
  expect(problems).toEqual([]);
  expect(killedAt).toEqual([expect.stringContaining('INSERT INTO events')]);
}, 240_000);

test('P7: kill -9 between outbox and webhook: a notice keeps one id, no matter how often it is sent', async () => {
  const beforeSettled: Pick = (steps) => [steps.lastIndexOf('COMMIT') + 1];
  const { killedAt, problems } = await cutDispatchShort('SQLite', beforeSettled);
  expect(problems).toEqual([]);
  expect(killedAt).toEqual(['COMMIT']);
}, 240_000);
