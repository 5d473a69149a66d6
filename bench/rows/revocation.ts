import { FleetSite, ofTheLast } from '../../test/support/fleet-site.js';
import { percentile } from '../../test/support/percentile.js';
import type { Closing } from '../support/closing.js';
import { type Family, median, type Row, rounded } from '../support/table.js';

const GATEWAYS = 200;
const PROCESSES = 2;
const STOPS = 30;
const CALLS_A_SECOND = 1_000;

/** From the moment at which a stop is asked for until the last gateway has cut what it had open under that grant. */
export const revocation: Family = {
  name: 'revocation',
  async run(closing: Closing): Promise<Row[]> {
    const fleet = await FleetSite.start({ processes: PROCESSES, each: GATEWAYS / PROCESSES });
    closing.add(() => fleet.close());
    await fleet.stopUnderLoad(2, CALLS_A_SECOND);
    const { reports, answeredPerSecond } = await fleet.stopUnderLoad(STOPS, CALLS_A_SECOND);
    const last = ofTheLast(reports, 'afterAsked');
    return [
      {
        what: `revocation to the last of ${GATEWAYS} gateways, under ${rounded(answeredPerSecond)} calls/s, p99 of ${STOPS}`,
        figure: `${rounded(percentile(last, 0.99))} ms (median ${rounded(median(last))} ms)`,
        ...{ rival: '', rivalFigure: '', ratio: '', target: '≤ 250 ms' },
      },
    ];
  },
};
