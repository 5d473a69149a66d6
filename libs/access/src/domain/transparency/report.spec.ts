/** @soak */

import { DEMAND_KINDS } from '@countersign/contract';
import { seeded, simulatedYear, within } from '../../../../../test/factories/simulated-year.js';
import { isFullRun } from '../../../../../test/support/samples.js';
import {
  controlDisclosure,
  derivable,
  type Figure,
  isSafe,
  LEAST_UNCERTAINTY,
  type PublishedFigure,
  type Relation,
} from './disclosure-control.js';
import {
  buildOwnReport,
  buildReport,
  parsePeriod,
  type ReportPeriod,
  reportCsv,
  reportJson,
} from './report.js';
import { countFigures, medianDecision, type ReportFacts } from './report-figures.js';

const year = simulatedYear({ seed: 20_261_127, tenants: 50, requests: 20_000, demands: 300 });
const periods = ['2026-H1', '2026-H2'].map((name) => parsePeriod(name) as ReportPeriod);
const about = (period: ReportPeriod) => ({
  ...{ deployment: 'dep_1', vendor: 'Northwind Cloud', period, madeAt: '2027-01-08T00:00:00Z' },
});
const halves = periods.map((period) => within(year, period));
const reports = periods.map((period, at) => buildReport(about(period), halves[at] as ReportFacts));
const tenants = [...new Set(year.requests.map(({ tenant }) => tenant))].sort();

describe('the report of a simulated year', () => {
  test('agrees with an independent recount: exact figures are the counts, and bands contain them', () => {
    periods.forEach((period, at) => {
      // Counted from the year itself, without the code that the report counts with.
      const isIn = (instant: string) => instant >= period.from && instant < period.to;
      const recount = new Map<string, number>();
      const add = (name: string, by = 1) => recount.set(name, (recount.get(name) ?? 0) + by);
      const { countries } = reports[at] as (typeof reports)[number];
      for (const { receivedAt, country, kind, steps, disclosed } of year.demands) {
        if (!isIn(receivedAt)) continue;
        const row = countries.includes(country) ? country : 'other';
        for (const name of ['', `.kind.${kind}`, `.country.${row}`, `.country.${row}.${kind}`])
          add(`demands${name}`);
        for (const step of ['redirected', 'challenged', 'narrowed', 'rejected', 'disclosed'] as const)
          if (steps.includes(step)) add(`demands.${step}`);
        if (disclosed === null) continue;
        add(`demands.disclosed.${disclosed.withContent ? 'with' : 'without'}-content`);
        add('accounts.disclosed', disclosed.accounts);
      }
      for (const { createdAt, state, isEmergency } of year.requests) {
        if (!isIn(createdAt)) continue;
        for (const name of ['requested', state, ...(isEmergency ? ['emergency'] : [])])
          add(`accesses.${name}`);
      }
      const figures = Object.entries(reports[at]?.figures ?? {}).filter(
        ([name]) => name !== 'disclosures.late',
      );
      expect(figures.length).toBeGreaterThan(50);
      for (const [name, { lo, hi }] of figures) {
        const count = recount.get(name) ?? 0;
        expect({ name, fits: lo <= count && count <= (hi ?? Number.POSITIVE_INFINITY) }).toEqual({
          name,
          fits: true,
        });
      }
      const exact = figures.filter(([, { lo, hi }]) => lo === hi).map(([name]) => name);
      expect(exact).toEqual(expect.arrayContaining(['demands', 'accesses.requested', 'accesses.approved']));
    });
  });

  test('has a row only for countries that enough tenants are concerned by', () => {
    for (const { countries, figures } of reports) {
      expect(countries).toContain('DE');
      expect(countries).not.toContain('MT');
      expect(Object.keys(figures)).not.toContain('demands.country.MT');
    }
  });

  test('each tenant’s own report has its exact figures', () => {
    const [period, facts] = [periods[0] as ReportPeriod, halves[0] as ReportFacts];
    const [slug = ''] = tenants;
    const own = {
      demands: facts.demands.filter((each) => each.tenants.includes(slug) && !each.isSealed),
      requests: facts.requests.filter(({ tenant }) => tenant === slug),
      lateDisclosures: [],
    };
    const report = buildOwnReport(about(period), slug, own);
    expect(report.figures['demands']).toEqual({ lo: own.demands.length, hi: own.demands.length });
    expect(report.figures['accesses.requested']?.lo).toBe(own.requests.length);
  });

  test('a tenant’s own report counts requesters by place and employer; the one about all tenants never does', () => {
    const [period, facts] = [periods[0] as ReportPeriod, halves[0] as ReportFacts];
    const [slug = ''] = tenants;
    const requests = facts.requests.filter(({ tenant }) => tenant === slug);
    const { requesters } = buildOwnReport(about(period), slug, { ...facts, requests });
    for (const counts of Object.values(requesters ?? {}))
      expect(counts.reduce((sum, { requested }) => sum + requested, 0)).toBe(requests.length);
    const german = requests.filter(({ requester }) => requester?.country?.value === 'DE');
    expect(german.length).toBeGreaterThan(10);
    expect(requesters?.country.find(({ value }) => value === 'DE')).toEqual({
      value: 'DE',
      requested: german.length,
      approved: german.filter(({ state }) => state === 'approved').length,
      verified: german.filter(({ requester }) => requester?.country?.verified).length,
    });
    expect(requesters?.entity).toMatchObject([{ value: null, requested: requests.length, verified: 0 }]);
    for (const report of reports) {
      expect(report).not.toHaveProperty('requesters');
      expect(Object.keys(report.figures).filter((name) => /country|employment/.test(name))).toEqual(
        Object.keys(report.figures).filter((name) => name.startsWith('demands.country.')),
      );
    }
  });

  test('in the CSV the name of an entity is quoted, and a report without these counts has the previous CSV', () => {
    const name = 'Smith, "Sons".verified';
    const requester = { entity: { value: name, verified: true } };
    const [first] = halves[0]?.requests ?? [];
    if (first === undefined) throw new Error('there is no request');
    const requests = [{ ...first, state: 'approved' as const, requester }];
    const report = buildOwnReport(about(periods[0] as ReportPeriod), 'acme', {
      ...{ demands: [], requests, lateDisclosures: [] },
    });
    const lines = reportCsv(report).split('\r\n');
    for (const number of ['requested', 'approved', 'verified'])
      expect(lines).toContain(`"accesses.${number}.entity.Smith, ""Sons"".verified",1,1`);
    expect(lines).toContain('accesses.requested.no-country,1,1');
    expect(lines).toContain('accesses.requested.no-entity,0,0');
    const { requesters: _new, ...before } = report;
    expect(reportCsv(before).split('\r\n')).toEqual(lines.filter((line) => !/\.(no-|entity\.)/.test(line)));
  });

  test('JSON is canonical, and the CSV is the same after a round trip', () => {
    const [report] = reports;
    if (report === undefined) throw new Error('there is no report');
    const again = JSON.parse(reportJson(report)) as typeof report;
    expect(reportJson(again)).toBe(reportJson(report));
    expect(reportCsv(again)).toBe(reportCsv(report));
    expect(reportCsv(report).split('\r\n')[0]).toBe('figure,least,most');
  });
});

describe('the median time to decision', () => {
  test('is a step, not the time of one request, and absent if few tenants decided', () => {
    const [facts] = halves;
    const median = medianDecision(facts?.requests ?? [], false);
    expect([median?.lo, median?.hi]).toEqual([7_200, 14_400]);
    const few = facts?.requests.filter(({ tenant }) => tenants.indexOf(tenant) < 3) ?? [];
    expect(medianDecision(few, false)).toBeNull();
  });
});

/**
 * The attack: what a reader works out of everything that is published, if it also knows one tenant's own figures exactly. Written
 * apart from the code that protects the figures: interval reasoning to a fixed point, and elimination of exact figures.
 */
class Attack {
  readonly known = new Map<string, { lo: number; hi: number }>();

  constructor(
    published: ReadonlyMap<string, PublishedFigure>,
    private readonly relations: readonly Relation[],
    private readonly own: (figure: string) => number,
  ) {
    for (const [name, { lo, hi }] of published)
      this.known.set(name, {
        lo: Math.max(0, lo - own(name)),
        hi: (hi ?? Number.POSITIVE_INFINITY) - own(name),
      });
  }

  /** What is left for all tenants but the attacker. */
  run(): this {
    for (let changed = true; changed; ) {
      changed = false;
      for (const { total, parts, atLeast } of this.relations) {
        const sum = (bound: 'lo' | 'hi', except?: string) =>
          parts.reduce((all, part) => (part === except ? all : all + this.of(part)[bound]), 0);
        if (atLeast !== true) changed = this.narrow(total, sum('lo'), sum('hi')) || changed;
        else
          changed =
            this.narrow(total, Math.max(...parts.map((part) => this.of(part).lo)), Infinity) || changed;
        for (const part of parts) {
          const whole = this.of(total);
          const least = atLeast === true ? 0 : whole.lo - sum('hi', part);
          changed = this.narrow(part, least, whole.hi - sum('lo', part)) || changed;
        }
      }
    }
    return this;
  }

  of(name: string): { lo: number; hi: number } {
    return this.known.get(name) ?? { lo: 0, hi: Number.POSITIVE_INFINITY };
  }

  private narrow(name: string, lo: number, hi: number): boolean {
    const before = this.of(name);
    const after = {
      lo: Math.max(before.lo, Number.isNaN(lo) ? 0 : lo),
      hi: Math.min(before.hi, Number.isNaN(hi) ? Infinity : hi),
    };
    if (after.lo > after.hi) throw new Error(`${name} of ${this.own(name)} cannot be`);
    this.known.set(name, after);
    return after.lo > before.lo || after.hi < before.hi;
  }
}

/** Figures that are not published exactly and that are a linear combination of those that are (Gauss, modulo a prime). */
function eliminated(
  published: ReadonlyMap<string, PublishedFigure>,
  relations: readonly Relation[],
): string[] {
  const P = 2_147_483_629n;
  const banded = [...published].filter(([, { lo, hi }]) => lo !== hi).map(([name]) => name);
  const rows = relations
    .filter(({ atLeast }) => atLeast !== true)
    .map(({ total, parts }) =>
      banded.map((name) => (name === total ? 1n : parts.includes(name) ? P - 1n : 0n)),
    );
  const power = (base: bigint, exponent: bigint): bigint =>
    exponent === 0n ? 1n : (power((base * base) % P, exponent / 2n) * (exponent % 2n === 1n ? base : 1n)) % P;
  const reduced: bigint[][] = [];
  for (let column = 0; column < banded.length; column += 1) {
    const at = rows.findIndex((row) => (row[column] ?? 0n) !== 0n);
    if (at < 0) continue;
    const [row = []] = rows.splice(at, 1);
    const inverse = power(row[column] ?? 1n, P - 2n);
    const pivot = row.map((value) => (value * inverse) % P);
    const clear = (other: bigint[]) =>
      other.map((value, index) => (value + (P - (other[column] ?? 0n)) * (pivot[index] ?? 0n)) % P);
    rows.forEach((other, index) => {
      rows[index] = clear(other);
    });
    reduced.forEach((other, index) => {
      reduced[index] = clear(other);
    });
    reduced.push(pivot);
  }
  return reduced
    .filter((row) => row.filter((value) => value !== 0n).length === 1)
    .map((row) => banded[row.findIndex((value) => value !== 0n)] ?? '');
}

/** What the attack derives: a figure of one tenant other than the attacker, exactly. */
function derived(
  figures: ReadonlyMap<string, Figure>,
  published: ReadonlyMap<string, PublishedFigure>,
  relations: readonly Relation[],
  attackers: readonly (string | null)[],
): string[] {
  const contributors = (name: string) =>
    [...(figures.get(name)?.byTenant.values() ?? [])].filter((count) => count > 0).length;
  // To work out a figure of many tenants is no harm: it could have been published.
  const found = eliminated(published, relations).filter((name) => contributors(name) < 5);
  for (const attacker of attackers) {
    const own = (name: string) => (attacker === null ? 0 : (figures.get(name)?.byTenant.get(attacker) ?? 0));
    const attack = new Attack(published, relations, own).run();
    for (const [name, { byTenant }] of figures) {
      const { lo, hi } = attack.of(name);
      const others = [...byTenant].filter(([tenant, count]) => tenant !== attacker && count > 0);
      // Nothing is left for the others, or all that is left is one tenant's.
      if (hi === 0 || (lo === hi && others.length < 3)) found.push(`${attacker}: ${name}`);
    }
  }
  return found;
}

describe('no figure of one tenant can be derived', () => {
  test('from all published figures of the simulated year, by no reader and by no tenant that knows its own', () => {
    halves.forEach((facts, at) => {
      const { figures, relations } = countFigures(facts);
      const published = new Map(Object.entries(reports[at]?.figures ?? {}));
      expect(derived(figures, published, relations, [null, ...tenants])).toEqual([]);
    });
  });

  test('by subtraction between periods: no figure of one is part of another, and a period is counted once', () => {
    const ids = halves.map(({ demands, requests }) => new Set([...demands, ...requests].map(({ id }) => id)));
    expect([...(ids[0] ?? [])].filter((id) => ids[1]?.has(id))).toEqual([]);
    expect((ids[0]?.size ?? 0) + (ids[1]?.size ?? 0)).toBe(20_300);
  });

  test('the attack finds what a report without complementary suppression gives away', () => {
    const { figures, relations } = countFigures(halves[0] as ReportFacts);
    const naive = new Map(
      [...figures].map(([name, { value, byTenant }]) => [
        name,
        byTenant.size < 5 && value > 0 ? { lo: 0, hi: null } : { lo: value, hi: value },
      ]),
    );
    expect(derived(figures, naive, relations, [null]).length).toBeGreaterThan(0);
  });

  test('in many random small years, where nearly every figure is a band', () => {
    const random = seeded(7);
    for (let sample = 0; sample < (isFullRun() ? 25 : 5); sample += 1) {
      const few = simulatedYear({
        seed: Math.floor(random() * 1e9),
        tenants: 3 + Math.floor(random() * 12),
        requests: Math.floor(random() * 200),
        demands: Math.floor(random() * 60),
      });
      const { figures, relations } = countFigures(few);
      const published = controlDisclosure(figures, relations);
      const readers = [...new Set(few.requests.map(({ tenant }) => tenant))];
      expect({ sample, derived: derived(figures, published, relations, [null, ...readers]) }).toEqual({
        ...{ sample, derived: [] },
      });
    }
  });

  test('“none” is a band too: zero would be every tenant’s figure', () => {
    const { figures, relations } = countFigures({ demands: [], requests: [], lateDisclosures: [] });
    const published = controlDisclosure(figures, relations);
    expect(new Set([...published.values()].map(({ lo, hi }) => `${lo} ${hi}`))).toEqual(new Set(['0 9']));
    expect(published.has(`demands.kind.${DEMAND_KINDS[0]}`)).toBe(true);
  });
});

describe('no figure is published coarser than needed', () => {
  const widths = [0, 10, 50, 250, 1_000, 10_000];
  /** The next finer bands of a count, the finest first. */
  const finer = (value: number, { lo, hi }: PublishedFigure): PublishedFigure[] =>
    widths
      .filter((width) => hi === null || width < hi - lo + 1)
      .map((width) => {
        if (width === 0) return { lo: value, hi: value };
        const from = Math.floor(value / width) * width;
        return { lo: from, hi: from + width - 1 };
      })
      .filter((each) => each.hi !== hi || each.lo !== lo);
  const isExposed = (interval: PublishedFigure | undefined, { byTenant }: Figure) =>
    interval !== undefined &&
    interval.hi !== null &&
    interval.hi - Math.max(interval.lo, 0, ...byTenant.values()) < LEAST_UNCERTAINTY;
  /** Figures that could be finer, alone, without exposing any figure. */
  const tooCoarse = (facts: ReportFacts) => {
    const { figures, relations } = countFigures(facts);
    const published = controlDisclosure(figures, relations);
    const unsafe = [...figures].filter(([, figure]) => !isSafe(figure));
    const names = unsafe.map(([name]) => name);
    return [...published].filter(([name, interval]) => {
      const figure = figures.get(name) as Figure;
      // An unsafe figure is never exact, and its own band has to leave enough open.
      const candidates = finer(figure.value, interval).filter(
        (each) => isSafe(figure) || (each.lo !== each.hi && !isExposed(each, figure)),
      );
      return candidates.some((candidate) => {
        const bounds = derivable(new Map(published).set(name, candidate), relations, names);
        return !unsafe.some(([id, each]) => isExposed(bounds.get(id), each));
      });
    });
  };

  test('in the simulated year, where more than a third of the figures are exact and none is withheld', () => {
    expect(halves.map(tooCoarse)).toEqual([[], []]);
    const all = reports.map(({ figures }) => Object.values(figures));
    expect(all.map((list) => list.filter(({ lo, hi }) => lo === hi).length)).toEqual([37, 32]);
    expect(all.flat().filter(({ hi }) => hi === null)).toEqual([]);
  });

  test('in random small years', () => {
    const random = seeded(7);
    const few = Array.from({ length: 8 }, () =>
      simulatedYear({
        seed: Math.floor(random() * 1e9),
        tenants: 3 + Math.floor(random() * 12),
        requests: Math.floor(random() * 200),
        demands: Math.floor(random() * 60),
      }),
    );
    expect(few.map(tooCoarse)).toEqual(few.map(() => []));
  });
});
