import { setTimeout as pause } from 'node:timers/promises';
import { SLACK_RATES } from '../../test/fakes/slack/rates.js';
import { percentile } from '../../test/support/percentile.js';
import { TcpRelay } from '../../test/support/tcp-relay.js';
import type { Closing } from '../support/closing.js';
import { postgres, sqlite } from '../support/engines.js';
import { JsonPool } from '../support/json-pool.js';
import { ASK, benchOrganisation, engineer } from '../support/organisation.js';
import { inParallel } from '../support/parallel.js';
import { SlackSite } from '../support/slack-site.js';
import { type Family, median, type Row, rounded, times } from '../support/table.js';

const COMMANDS = 100;
const AT_ONCE = 4;
const STORE_MS = 500;
const CHANNELS = 50;
const NOTICES = 1_000;
/** As many as one engineer may have waiting. */
const EACH = 5;
const LONGEST_SECONDS = 300;

/** How soon `/access` is acknowledged beside a slow store, and how soon notices reach channels within Slack's rates. */
export const slack: Family = {
  name: 'slack',
  run: async (closing: Closing): Promise<Row[]> => [await acknowledgement(closing), await draining(closing)],
};

async function acknowledgement(closing: Closing): Promise<Row> {
  const relay = new TcpRelay();
  const databaseUrl = await relay.start(await postgres.database(closing));
  closing.add(() => relay.stop());
  const beside = await slackSite(closing, 1, databaseUrl);
  const vendor = beside.slack.workspace('T0VENDOR');
  const people = Array.from({ length: AT_ONCE }, (_, index) => vendor.user(`U0E${index}`));
  await beside.install(vendor);
  for (const person of people) await beside.link(engineer(0).email, person);
  await people[0]?.slash('/access');
  relay.delayMs = STORE_MS;
  const took: number[] = [];
  await inParallel(
    Array.from({ length: COMMANDS }, (_, index) => people[index % AT_ONCE]),
    AT_ONCE,
    async (person) => {
      const done = await person?.slash('/access');
      if (done?.acked !== true) throw new Error(`not acknowledged: ${done?.status}`);
      took.push(done.ms);
    },
  );
  relay.delayMs = 0;
  return {
    what: `/access acknowledged while the store takes ${STORE_MS} ms an answer, p99 of ${COMMANDS}, ${AT_ONCE} at once`,
    figure: `${rounded(percentile(took, 0.99))} ms (median ${rounded(median(took))} ms)`,
    ...{ rival: 'what Slack allows', rivalFigure: '3,000 ms' },
    ratio: times(percentile(took, 0.99) / 3_000),
    target: '< 300 ms',
  };
}

async function draining(closing: Closing): Promise<Row> {
  const beside = await slackSite(closing, CHANNELS, await sqlite.database(closing));
  const { site, slack: stand } = beside;
  const customers = stand.workspace('T0CUSTOMERS');
  await beside.install(customers);
  const channels = Array.from({ length: CHANNELS }, (_, index) => customers.channel(`C0CHANNEL${index}`));
  for (const channel of channels) customers.invite(channel);
  const keys: string[] = [];
  for (let index = 0; index < NOTICES / EACH; index += 1) keys.push(await site.key(engineer(index)));
  const api = new JsonPool(site.brokerUrl, 16);
  const began = performance.now();
  await inParallel([...Array(NOTICES).keys()], 16, async (index) => {
    const body = { ...ASK, tenant: `tenant-${index % CHANNELS}` };
    await api.call(String(keys[Math.floor(index / EACH)]), 'POST', '/api/v1/requests', 201, body);
  });
  const asked = (performance.now() - began) / 1000;
  const told = () => channels.reduce((sum, { messages }) => sum + messages.length, 0);
  while (told() < NOTICES) {
    if (performance.now() - began > LONGEST_SECONDS * 1000)
      throw new Error(`${told()} of ${NOTICES} notices`);
    await pause(10);
  }
  const seconds = (performance.now() - began) / 1000;
  await api.close();
  const { burst, perSecond } = SLACK_RATES.post;
  const ideal = (NOTICES / CHANNELS - burst) / perSecond;
  return {
    what: `${rounded(NOTICES)} notices into ${CHANNELS} channels (asked for within ${rounded(asked)} s), ${stand.limiter.refused} refused with 429`,
    figure: `${rounded(seconds)} s`,
    rival: `Slack’s rate: ${perSecond}/s a channel, ${burst} at once`,
    rivalFigure: `${rounded(ideal)} s`,
    ratio: times(seconds / ideal),
    target: '',
  };
}

async function slackSite(closing: Closing, tenants: number, databaseUrl: string) {
  const organisation = benchOrganisation(NOTICES / EACH, 'http://127.0.0.1:9');
  const [customer] = organisation.tenants;
  if (customer === undefined) throw new Error('no customer');
  organisation.accessPolicy.vendorReviews = 0;
  organisation.tenants = Array.from({ length: tenants }, (_, index) => ({
    ...customer,
    slug: `tenant-${index}`,
    people: [{ email: `ada@tenant-${index}.example`, name: 'Ada', roles: ['approver'] }],
    privacyControls: { ...customer.privacyControls, slackMayApprove: ['list', 'read'] },
    slack: { teamId: 'T0CUSTOMERS', channelId: `C0CHANNEL${index}` },
  }));
  return SlackSite.start(closing, organisation, databaseUrl);
}
