/** @alone */

import { onBusyMachine } from '../../support/deadline.js';
import { FleetSite, ofTheLast } from '../../support/fleet-site.js';
import { percentile } from '../../support/percentile.js';

const GATEWAYS = 20;
const STOPS = 5;
let fleet: FleetSite;
beforeAll(async () => {
  fleet = await FleetSite.start({ processes: 2, each: GATEWAYS / 2 });
}, 120_000);
afterAll(() => fleet?.close());

test('P6: a stop under load reaches the last of many gateways within a second and cuts open responses', async () => {
  const { reports, answeredPerSecond } = await fleet.stopUnderLoad(STOPS, 100);
  expect(reports.flatMap(({ afterDone }) => afterDone)).toHaveLength(STOPS * GATEWAYS);
  expect(percentile(ofTheLast(reports, 'afterDone'), 0.99)).toBeLessThan(onBusyMachine(1_000));
  expect(new Set(reports.flatMap(({ codes }) => codes))).toEqual(new Set(['403 grant_ended']));
  expect(answeredPerSecond).toBeGreaterThan(0);
}, 120_000);

test('P6: with the control link cut, all gateways refuse within ten seconds, and recover by themselves', async () => {
  const { after, hits, codes } = await fleet.cutControlLink();
  expect(codes).toHaveLength(GATEWAYS);
  expect(after).toBeLessThan(onBusyMachine(10_000));
  expect(hits).toBe(0);
}, 120_000);
