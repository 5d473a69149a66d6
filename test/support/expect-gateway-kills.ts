import { summary } from './account.js';
import type { KillReport } from './gateway-kills.js';

/** What the kills broke of P5, member by member; equal to `NOTHING_BROKEN` if nothing broke. */
export function brokenByGatewayKills({ account, answered, mostUnforwarded }: KillReport) {
  const { unforwarded, ...rest } = summary(account);
  const hits = new Set(account.hits);
  return {
    ...rest,
    unforwardedBeyondKills: Math.max(0, unforwarded - mostUnforwarded),
    answeredWithoutHit: [...answered].filter((record) => !hits.has(record)).length,
  };
}

export const NOTHING_BROKEN: ReturnType<typeof brokenByGatewayKills> = {
  hitsTwice: 0,
  hitsWithoutRecord: 0,
  recordsTwice: 0,
  leavesAreRecords: true,
  outcomesAreRecords: true,
  withoutOutcome: 0,
  unforwardedKnown: 0,
  gaps: 0,
  unforwardedBeyondKills: 0,
  answeredWithoutHit: 0,
};
