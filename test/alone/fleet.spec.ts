import { FleetSite, ofTheLast } from '../support/fleet-site.js';
import { percentile } from '../support/percentile.js';

const GATEWAYS = 200;
const PER_SECOND = 1_000;
/** The minimum on two cores, which also run the 200 gateways, their broker and the load generator. */
const LEAST_PER_SECOND = 800;

test('P6: two hundred gateways under a thousand calls a second: stops reach every gateway, a cut link closes them all', async () => {
  const fleet = await FleetSite.start({ processes: 2, each: GATEWAYS / 2 });
  try {
    const { reports, answeredPerSecond } = await fleet.stopUnderLoad(20, PER_SECOND);
    expect(reports.flatMap(({ afterDone }) => afterDone)).toHaveLength(20 * GATEWAYS);
    expect(percentile(ofTheLast(reports, 'afterDone'), 0.99)).toBeLessThan(1_000);
    expect(new Set(reports.flatMap(({ codes }) => codes))).toEqual(new Set(['403 grant_ended']));
    expect(answeredPerSecond).toBeGreaterThan(LEAST_PER_SECOND);
    const { after, hits, codes } = await fleet.cutControlLink();
    expect(codes).toHaveLength(GATEWAYS);
    expect(after).toBeLessThan(12_000);
    expect(hits).toBe(0);
  } finally {
    await fleet.close();
  }
}, 900_000);
