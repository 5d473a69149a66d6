import { MOST_LISTED } from '@countersign/contract';
import type { LeafOf } from '../leaf-data.js';
import type { GrantHistory } from './grant-history.js';
import type { RequestHistory } from './request-history.js';
import type { TenantHistory } from './tenant-history.js';
import type { TrustHistory } from './trust-history.js';

/** Compares what a daily statement says is open with what the leaves before it lead to. */
export class StandingHistory {
  constructor(
    private readonly grants: GrantHistory,
    private readonly requests: RequestHistory,
    private readonly trust: TrustHistory,
    private readonly tenant: TenantHistory,
  ) {}

  /** Takes `standing.stated`. @throws LogFault `standing_differs` */
  take(data: LeafOf<'standing.stated'>): void {
    const listed = data.members.ways;
    const more = data.count('more');
    const expected = this.open(data.at);
    const stated = new Map<string, number>();
    for (const { kind, id } of listed) stated.set(`${kind} ${id}`, (stated.get(`${kind} ${id}`) ?? 0) + 1);
    const unknown = [...stated].find(([way, times]) => times > (expected.get(way) ?? 0));
    if (unknown !== undefined)
      throw data.fault(
        'standing_differs',
        `the statement lists ${unknown[0]}, which is not open, or lists it twice.`,
      );
    const missing = [...expected.keys()].filter((way) => !stated.has(way));
    if (listed.length < MOST_LISTED.ways && missing.length > 0)
      throw data.fault('standing_differs', `the statement leaves out ${missing[0]}, which is open.`);
    const count = [...expected.values()].reduce((sum, each) => sum + each, 0);
    if (listed.length + more !== count || data.members.zero !== (count === 0))
      throw data.fault(
        'standing_differs',
        `the statement counts other ways in than the ${count} that are open.`,
      );
  }

  /** Every way in as an access review lists it: a rule once for each service that it names. */
  reviewed(at: number): string[] {
    const ways = [...this.open(at).keys()].filter((way) => !way.startsWith('rule '));
    const rules = this.rules().flatMap(({ basis, services }) =>
      services.map((service) => `rule ${basis} ${service}`),
    );
    return [...ways, ...rules];
  }

  /** How many ways in there are by kind and id: a rule is one for each service that it names. */
  private open(at: number): Map<string, number> {
    const grants = [...this.grants.state.grants.values()].filter(({ endedAt }) => endedAt === null);
    const invitations = [...this.requests.state.invitations.values()].filter(
      ({ state, statement }) => state === 'open' && Date.parse(statement.notAfter) > at,
    );
    const open = new Map<string, number>([
      ...grants.map(({ id }) => [`grant ${id}`, 1] as const),
      ...invitations.map(({ id }) => [`invitation ${id}`, 1] as const),
    ]);
    for (const { basis, services } of this.rules())
      open.set(`rule ${basis}`, (open.get(`rule ${basis}`) ?? 0) + services.length);
    return open;
  }

  /**
   * Once claimed, the trust document says what lets in without a countersignature; until then the controls do. What they let the
   * vendor do without any approval is listed in both cases.
   */
  private rules(): { basis: string; services: string[] }[] {
    const { document } = this.trust;
    const { emergency, rules = [] } = this.tenant.controls ?? {};
    const allowed = (emergency?.allow ?? []).map(({ services }) => ({ basis: 'emergency', services }));
    const observed = rules.flatMap(({ mode, services = [] }) =>
      mode === 'observe' ? [{ basis: 'observe', services }] : [],
    );
    return [...(document?.bases ?? allowed), ...observed];
  }
}
