import type { SnapshotData } from '@countersign/gateway-protocol';
import { Checker, prepare } from '../support/checker.js';
import { type BenchGrant, GrantMaker, serviceWith } from '../support/grants.js';
import { compare } from '../support/rate.js';
import { type Family, type Row, rounded, times } from '../support/table.js';

/** `pinned`: of so many of the tenants a trust document is pinned here, and no call of another one may name them. */
type Size = { grants: number; tenants: number; pinned: number; routes: number };
const MANY: Size = { grants: 100_000, tenants: 10_000, pinned: 1_000, routes: 5_000 };
const FEW: Size = { grants: 10, tenants: 10, pinned: 1, routes: 10 };
const UNPINNED: Size = { ...FEW, pinned: 0 };

/** What an ordinary client and its tracing send; those of the last two names are looked at for other tenants. */
const CLIENT_HEADERS = [
  ...['Accept', 'application/json', 'Accept-Encoding', 'gzip, br', 'Accept-Language', 'en'],
  ...['User-Agent', 'support-tool/4.2 (node 20)', 'Connection', 'keep-alive'],
  ...['X-Request-Id', '0199f0a0-7b2c-7003-8000-0000000000a1'],
  ...['Traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
];

/** The check of a token seen before, with all that a large deployment's feed brings, against ten of each. */
export const checkFlat: Family = {
  name: 'check-flat',
  async run(): Promise<Row[]> {
    const [many, few, unpinned] = [subject(MANY), subject(FEW), subject(UNPINNED)];
    const grown = await compare(many, few);
    const looked = await compare(few, unpinned);
    return [
      {
        what: `check with ${rounded(MANY.grants)} grants, ${rounded(MANY.tenants)} tenants (${rounded(MANY.pinned)} pinned), ${rounded(MANY.routes)} routes`,
        figure: `${rounded(grown.ours)}/s`,
        rival: `the same with ${FEW.grants} of each (${FEW.pinned} pinned)`,
        rivalFigure: `${rounded(grown.rivals)}/s`,
        ratio: `${times(1 / grown.ratio)} the time`,
        target: '≤ 1.2 × the time',
      },
      {
        what: `check with ${FEW.grants} of each (${FEW.pinned} pinned)`,
        figure: `${rounded(looked.ours)}/s`,
        rival: 'the same with no tenant pinned',
        rivalFigure: `${rounded(looked.rivals)}/s`,
        ratio: `${times(1 / looked.ratio)} the time`,
        target: '',
      },
    ];
  },
};

function subject({ grants, tenants, pinned, routes }: Size): () => unknown {
  const maker = new LargeMaker(serviceWith(routes), tenants);
  const grant = maker.grant();
  const slugs = new Set(Array.from({ length: pinned }, (_, index) => otherTenant(index)));
  const checker = new Checker(maker, [...others(grant, grants - 1), grant], slugs);
  const prepared = prepare(maker.token(grant), CLIENT_HEADERS);
  return () => checker.check(prepared);
}

const otherTenant = (index: number): string => `tenant-${index}`;

/** Grants that no one uses here: only that they stand on the list counts. */
const others = (grant: BenchGrant, count: number): BenchGrant[] =>
  Array.from({ length: count }, (_, index) => ({
    ...grant,
    id: `grt_${index}`,
    digest: `sha256:${index.toString(16).padStart(64, '0')}`,
  }));

class LargeMaker extends GrantMaker {
  constructor(
    service: ConstructorParameters<typeof GrantMaker>[0],
    private readonly tenants: number,
  ) {
    super(service);
  }

  override snapshot(grants: readonly BenchGrant[]): SnapshotData {
    const picture = super.snapshot(grants);
    const more = Array.from({ length: this.tenants - 1 }, (_, index) => ({
      slug: otherTenant(index),
      forbid: [],
    }));
    return { ...picture, tenants: [...more, ...picture.tenants] };
  }
}
