import { parsePeriod, type ReportPeriod } from './transparency/report.js';

const QUARTER = /^(\d{4})-Q([1-4])$/;
const SPAN = /^([^.]+(?:\.\d+Z)?)\.\.(.+)$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

/**
 * Parses a half-year `2026-H1`, a quarter `2026-Q3`, or `FROM..TO` with days or instants in UTC. The end is excluded, also if it
 * is a day: `2026-07-01..2026-10-01` is the third quarter.
 *
 * @returns undefined if the text is none of these
 */
export function parseEvidencePeriod(name: string): ReportPeriod | undefined {
  const half = parsePeriod(name);
  if (half !== undefined) return half;
  const [, year, quarter] = QUARTER.exec(name) ?? [];
  if (year !== undefined) {
    const month = (Number(quarter) - 1) * 3;
    const [from, to] = [Date.UTC(Number(year), month), Date.UTC(Number(year), month + 3)];
    return { name, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  }
  const [, from = '', to = ''] = SPAN.exec(name) ?? [];
  const [start, end] = [instantOf(from), instantOf(to)];
  return start === undefined || end === undefined ? undefined : { name, from: start, to: end };
}

function instantOf(text: string): string | undefined {
  const full = DAY.test(text) ? `${text}T00:00:00Z` : text;
  if (!INSTANT.test(full) || Number.isNaN(Date.parse(full))) return undefined;
  const instant = new Date(full).toISOString();
  // Date.parse reads 30 February as 2 March.
  return instant.slice(0, 10) === full.slice(0, 10) ? instant : undefined;
}
