/** A period that can be chosen. `name` is null for the quarter that goes on. */
export interface EvidencePeriodChoice {
  name: string | null;
  /** As `GET …/evidence?period` takes it. */
  value: string;
}

const QUARTERS = 4;
const HALVES = 3;

/** The periods that a page offers: this quarter up to now, then the last quarters and half-years that are over. UTC. */
export function evidencePeriods(now: Date): EvidencePeriodChoice[] {
  const quarter = now.getUTCFullYear() * 4 + Math.floor(now.getUTCMonth() / 3);
  const half = Math.floor(quarter / 2);
  const start = new Date(Date.UTC(Math.floor(quarter / 4), (quarter % 4) * 3));
  const end = `${now.toISOString().slice(0, 19)}Z`;
  const named = (name: string): EvidencePeriodChoice => ({ name, value: name });
  return [
    { name: null, value: `${start.toISOString().slice(0, 10)}..${end}` },
    ...Array.from({ length: QUARTERS }, (_, at) => quarter - 1 - at).map((each) =>
      named(`${Math.floor(each / 4)}-Q${(each % 4) + 1}`),
    ),
    ...Array.from({ length: HALVES }, (_, at) => half - 1 - at).map((each) =>
      named(`${Math.floor(each / 2)}-H${(each % 2) + 1}`),
    ),
  ];
}
