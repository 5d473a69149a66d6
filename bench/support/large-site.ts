import type { Organisation } from '@countersign/access';
import { eventually } from '../../test/support/eventually.js';
import { Site, type SiteOptions } from '../../test/support/site.js';
import { JsonPool } from './json-pool.js';
import { ASK, benchOrganisation, engineer, REVIEWER } from './organisation.js';
import { inParallel } from './parallel.js';

export interface LargeSiteSize {
  tenants: number;
  /** The vendor's people who get a notice of each request. */
  reviewers: number;
  /** The approvers of each tenant. */
  approvers: number;
  engineers: number;
}

type Asked = { id: string; digest: string };

const BUSY_TENANTS = 100;
const QUIET_MS = 600_000;
const FAR_FUTURE = '9999-12-31T23:59:59.999Z';

/** Two thousand customers and a hundred reviewers. */
export const LARGE: LargeSiteSize = { tenants: 2_000, reviewers: 100, approvers: 3, engineers: 60 };

const slugOf = (index: number): string => `tenant-${index}`;
const approverOf = (slug: string, index: number) => ({
  email: `approver-${index}@${slug}.example`,
  tenant: slug,
});

/** The organisation of `benchOrganisation`, with many tenants that are all alike, and many reviewers. */
export function largeOrganisation(size: LargeSiteSize, upstream = 'http://127.0.0.1:9'): Organisation {
  const base = benchOrganisation(size.engineers, upstream);
  const [acme] = base.tenants;
  if (acme === undefined) throw new Error('the organisation has a tenant');
  const reviewers = Array.from({ length: size.reviewers - 1 }, (_, index) => ({
    email: `reviewer-${index}@vendor.example`,
    name: `Reviewer ${index}`,
    roles: ['reviewer' as const],
  }));
  const tenants = Array.from({ length: size.tenants }, (_, index) => {
    const slug = slugOf(index);
    const people = Array.from({ length: size.approvers }, (_each, at) => ({
      email: approverOf(slug, at).email,
      name: `Approver ${at}`,
      roles: ['approver' as const],
    }));
    return { ...acme, slug, name: `Customer ${index}`, people };
  });
  return { ...base, vendor: { ...base.vendor, staff: [...base.vendor.staff, ...reviewers] }, tenants };
}

/** A broker, as a process of its own, with a large organisation; and people who request and decide there. */
export class LargeSite {
  private constructor(
    readonly site: Site,
    private readonly size: LargeSiteSize,
  ) {}

  static async start(
    size: LargeSiteSize,
    options: Omit<SiteOptions, 'organisation'> & { upstream?: string } = {},
  ): Promise<LargeSite> {
    const { upstream, ...site } = options;
    return new LargeSite(
      await Site.start({ ...site, organisation: largeOrganisation(size, upstream) }),
      size,
    );
  }

  /**
   * So many requests, each reviewed by the vendor and then approved by its customer, or by each fourth customer denied. They are
   * spread over a hundred tenants.
   *
   * @param width connections
   * @returns how many calls that were, and the seconds that they took together
   */
  async decide(requests: number, width: number): Promise<{ calls: number; seconds: number }> {
    const busy = Math.min(BUSY_TENANTS, this.size.tenants);
    const engineers = await this.keys(this.size.engineers, engineer);
    const approvers = await this.keys(busy, (index) => approverOf(slugOf(index), 0));
    const reviewer = await this.site.key(REVIEWER);
    const api = new JsonPool(this.site.brokerUrl, width);
    const seconds = await inParallel([...Array(requests).keys()], width, async (index) => {
      const tenant = slugOf(index % busy);
      const ask = { ...ASK, tenant };
      const by = String(engineers[index % engineers.length]);
      const { id, digest } = await api.call<Asked>(by, 'POST', '/api/v1/requests', 201, ask);
      const review = (key: string, decision: object) =>
        api.call(key, 'POST', `/api/v1/requests/${id}/reviews`, 201, { digest, ...decision });
      await review(reviewer, { decision: 'approve' });
      const denies = index % 4 === 3;
      await review(
        String(approvers[index % busy]),
        denies ? { decision: 'deny', reason: 'Not now' } : { decision: 'approve' },
      );
    });
    await api.close();
    return { calls: 3 * requests, seconds };
  }

  /** Waits until each notice has gone out. */
  async quiet(): Promise<void> {
    const { notices } = this.site.store.host.store;
    await eventually(
      'all notices have gone out',
      () =>
        notices.read(async ({ outbox, deliveries }) => {
          const waiting = await outbox.due(FAR_FUTURE, 1);
          return waiting.length + (await deliveries.count('due', 1)) === 0;
        }),
      QUIET_MS,
      200,
    );
  }

  close(): Promise<void> {
    return this.site.close();
  }

  private keys(
    count: number,
    who: (index: number) => { email: string; tenant: string | null },
  ): Promise<string[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => this.site.key(who(index))));
  }
}
