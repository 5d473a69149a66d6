import { randomBytes } from 'node:crypto';
import {
  applyOrganisation,
  buildReport,
  createApiKey,
  enrolGateway,
  ensureBrokerKeys,
  type Organisation,
  parsePeriod,
  quarterOf,
  reportJson,
  runAccessReviews,
  type SigningDeps,
} from '@countersign/access';
import { utcDay } from '@countersign/contract';
import { encodeGatewayCredential } from '@countersign/gateway-protocol';
import {
  migrate,
  type OpenedStore,
  openStore,
  systemClock,
  systemHashing,
  systemRandomness,
  systemSigners,
  uuidV7Ids,
} from '@countersign/persistence';
import { createSigningPorts } from '../../apps/broker/src/trust/signing.js';
import { simulatedYear, within } from '../factories/simulated-year.js';

const DAY = 86_400;

/** A migrated database with an organisation, with the host's own handle on it. */
export class PreparedStore {
  private constructor(
    readonly url: string,
    /** Base64. */
    readonly masterKey: string,
    private readonly deps: SigningDeps & { store: OpenedStore },
  ) {}

  /** A new SQLite file, or a PostgreSQL database that is empty or was migrated with this key. */
  static async at(
    url: string,
    organisation: Organisation,
    masterKey: Uint8Array = randomBytes(32),
  ): Promise<PreparedStore> {
    const system = {
      clock: systemClock,
      ids: uuidV7Ids,
      random: systemRandomness,
      hashing: systemHashing,
    };
    const options = { url, masterKey: new Uint8Array(masterKey), ...system };
    await migrate(options);
    const deps = {
      store: await openStore(options),
      ...system,
      ...createSigningPorts({ publicUrl: 'http://localhost:4000' }),
    };
    await applyOrganisation(deps, organisation, { dryRun: false });
    await ensureBrokerKeys(deps, systemSigners);
    return new PreparedStore(url, Buffer.from(masterKey).toString('base64'), deps);
  }

  /** The API key (`csk_…`) of the person with this e-mail address. */
  async key(email: string, tenant: string | null = null): Promise<string> {
    return (await createApiKey(this.deps, { email, tenant, ttl: DAY })).key;
  }

  /** Opens the access review of the quarter that has begun, as if the tenants were older than it. */
  async openAccessReviews(): Promise<void> {
    const { store, clock } = this.deps;
    const quarter = quarterOf(utcDay(clock.now()));
    const tenants = await store.isolation.read(({ organisation }) => organisation.tenants());
    for (const { slug } of tenants)
      await store.forTenant(slug, async ({ accessReviews }) => {
        await accessReviews.advance((await accessReviews.nextQuarter()) ?? '', quarter);
      });
    await runAccessReviews(this.deps);
  }

  /** Publishes the transparency report of a simulated half-year, `2026-H1`. */
  async publishSimulatedReport(): Promise<void> {
    const { store } = this.deps;
    const period = parsePeriod('2026-H1');
    if (period === undefined) throw new Error('there is no such half-year');
    const year = simulatedYear({ seed: 1, tenants: 50, requests: 5_000, demands: 300 });
    const about = { deployment: store.deployment, vendor: 'Northwind Cloud', period, madeAt: period.to };
    const document = reportJson(buildReport(about, within(year, period)));
    const report = {
      period: period.name,
      document,
      note: 'not signed in this test\n',
      publishedAt: period.to,
    };
    await store.reports.write(({ reports }) => reports.publish(report));
  }

  /** The credential (`csg_…`) of a new gateway whose broker is at `brokerUrl`. */
  async credential(name: string, brokerUrl: string): Promise<string> {
    const { id, secret, feedKey } = await enrolGateway(this.deps, name);
    return encodeGatewayCredential({
      gateway: id,
      secret,
      broker: brokerUrl,
      deployment: this.deps.store.deployment,
      feedKey: String(feedKey['x']),
    });
  }

  /** For work on the same store inside this process. */
  get host(): SigningDeps & { store: OpenedStore } {
    return this.deps;
  }

  close(): Promise<void> {
    return this.deps.store.close();
  }
}
