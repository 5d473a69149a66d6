import { cutDispatchShort } from '../support/fail-points/cut-dispatch.js';
import { cutCallShort, cutDutyShort, everyStep } from '../support/fail-points/cut-short.js';
import { cutSigningShort, SIGNINGS } from '../support/fail-points/cut-signing.js';
import { CALLS, DUTIES } from '../support/fail-points/scenarios.js';

const ENGINES = ['SQLite', 'PostgreSQL'] as const;
const each = (names: Readonly<Record<string, unknown>>) =>
  ENGINES.flatMap((engine) => Object.keys(names).map((name) => [name, engine] as const));

test.each(each(CALLS))(
  'P7, P8: kill -9 at every step of “%s” on %s: it takes effect fully or not at all, and once if repeated',
  async (change, engine) => {
    const { steps, killedAt, problems } = await cutCallShort(engine, change, everyStep);
    expect(problems).toEqual([]);
    expect(killedAt).toEqual(steps);
    expect(steps.slice(-4)).toEqual(['COMMIT', 'COMMIT sent', 'committed', 'answer']);
  },
  1_800_000,
);

test.each(each(DUTIES))(
  'P7, P8: kill -9 at every step of “%s” on %s: it takes effect fully or not at all, and the next broker does it once',
  async (duty, engine) => {
    const { steps, killedAt, problems } = await cutDutyShort(engine, duty, everyStep);
    expect(problems).toEqual([]);
    expect(killedAt).toEqual(steps);
    expect(steps.slice(-3)).toEqual(['COMMIT', 'COMMIT sent', 'committed']);
  },
  1_800_000,
);

test.each(each(SIGNINGS))(
  'P7, P8, P12: kill -9 at every step of “%s” on %s: it takes effect fully or not at all, and once if repeated',
  async (signed, engine) => {
    const { steps, killedAt, problems } = await cutSigningShort(engine, signed, everyStep);
    expect(problems).toEqual([]);
    expect(killedAt).toEqual(steps);
    expect(steps.slice(-4)).toEqual(['COMMIT', 'COMMIT sent', 'committed', 'answer']);
  },
  1_800_000,
);

test.each(ENGINES)(
  'P7: kill -9 at every step between outbox and webhook on %s: a notice keeps one id',
  async (engine) => {
    const { steps, killedAt, problems } = await cutDispatchShort(engine, everyStep);
    expect(problems).toEqual([]);
    expect(killedAt).toEqual(steps);
  },
  1_800_000,
);
