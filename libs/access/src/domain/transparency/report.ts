import { canonicalJson } from '@countersign/contract';
import { controlDisclosure, LEAST_CONTRIBUTORS, type PublishedFigure } from './disclosure-control.js';
import { countFigures, medianDecision, type ReportFacts } from './report-figures.js';
import { countRequesters, type RequesterCounts, requesterFigures } from './requester-counts.js';

/** A half-year, `2026-H1` or `2026-H2`, from its first instant up to but not including the next one's. UTC. */
export interface ReportPeriod {
  name: string;
  from: string;
  to: string;
}

const NAME = /^(\d{4})-H([12])$/;

/** Undefined if the text names no half-year. */
export function parsePeriod(name: string): ReportPeriod | undefined {
  const [, year, half] = NAME.exec(name) ?? [];
  if (year === undefined) return undefined;
  const next = half === '1' ? `${year}-07-01` : `${String(Number(year) + 1).padStart(4, '0')}-01-01`;
  const from = half === '1' ? `${year}-01-01` : `${year}-07-01`;
  return { name, from: `${from}T00:00:00.000Z`, to: `${next}T00:00:00.000Z` };
}

/** The half-year that an instant lies in. */
export function periodOf(at: Date): ReportPeriod {
  const name = `${at.getUTCFullYear()}-H${at.getUTCMonth() < 6 ? 1 : 2}`;
  return parsePeriod(name) as ReportPeriod;
}

/** The half-year before. */
export const periodBefore = ({ from }: ReportPeriod): ReportPeriod =>
  periodOf(new Date(Date.parse(from) - 1));

export const REPORT_TYPE = 'countersign/transparency-report/v1';

/** A report as it is published: `transparency.json` is its canonical JSON. */
export interface TransparencyReport {
  type: typeof REPORT_TYPE;
  deployment: string;
  vendor: string;
  period: ReportPeriod;
  /** Null: about all tenants. Otherwise every figure is exact, and the tenant's alone to read. */
  tenant: string | null;
  madeAt: string;
  /** A figure that fewer tenants contributed to is a band; 1 in the report of one tenant. */
  leastContributors: number;
  /** Countries with rows of their own; the others share the row `other`. */
  countries: string[];
  figures: Record<string, PublishedFigure>;
  /** Seconds from request to decision; null if too few tenants had decisions. */
  medianDecision: PublishedFigure | null;
  /** Only in a tenant's own report. Earlier reports do not have it. */
  requesters?: RequesterCounts;
}

type About = Pick<TransparencyReport, 'deployment' | 'vendor' | 'period' | 'madeAt'>;

/** The report about all tenants: no figure of one tenant can be derived from it. */
export function buildReport(about: About, facts: ReportFacts): TransparencyReport {
  const { figures, relations, countries } = countFigures(facts);
  return {
    ...{ type: REPORT_TYPE, ...about, tenant: null, leastContributors: LEAST_CONTRIBUTORS },
    countries: [...countries],
    figures: Object.fromEntries(controlDisclosure(figures, relations)),
    medianDecision: medianDecision(facts.requests, false),
  };
}

/** A tenant's own report, with exact figures. */
export function buildOwnReport(about: About, tenant: string, facts: ReportFacts): TransparencyReport {
  const { figures, countries } = countFigures(facts, true);
  const exact = [...figures].map(([id, { value }]) => [id, { lo: value, hi: value }] as const);
  return {
    ...{ type: REPORT_TYPE, ...about, tenant, leastContributors: 1 },
    countries: [...countries],
    figures: Object.fromEntries(exact),
    medianDecision: medianDecision(facts.requests, true),
    requesters: countRequesters(facts.requests),
  };
}

/** The bytes that are hashed and signed. */
export const reportJson = (report: TransparencyReport): string => canonicalJson(report);

/**
 * One line for each figure, by name: its name, the least and the greatest count. An empty `most` is without limit. RFC 4180. No name
 * begins with a character that a spreadsheet runs.
 */
export function reportCsv({ figures, medianDecision: median, requesters }: TransparencyReport): string {
  const line = (name: string, { lo, hi }: PublishedFigure) => `${quoted(name)},${lo},${hi ?? ''}`;
  const lines = Object.entries(figures)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, figure]) => line(name, figure));
  return [
    'figure,least,most',
    ...lines,
    ...(requesters === undefined ? [] : requesterFigures(requesters)).map(([name, count]) =>
      line(name, { lo: count, hi: count }),
    ),
    ...(median === null ? [] : [line('accesses.median-decision-seconds', median)]),
    '',
  ].join('\r\n');
}

/** Names of entities may have commas and quotes, but no line breaks. */
const quoted = (name: string): string => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
