import type { SnapshotData } from '@countersign/gateway-protocol';
import { Checker, prepare } from '../support/checker.js';
import { type BenchGrant, GrantMaker, serviceWith } from '../support/grants.js';
import { compare } from '../support/rate.js';
import { type Family, type Row, rounded, times } from '../support/table.js';

const FEW = 10;
const MANY = { grants: 100_000, tenants: 10_000, routes: 5_000 };

/** The check of a token seen before, with all that a large deployment's feed brings, against ten of each. */
export const checkFlat: Family = {
  name: 'check-flat',
  async run(): Promise<Row[]> {
    const many = subject(MANY.grants, MANY.tenants, MANY.routes);
    const few = subject(FEW, FEW, FEW);
    const { ours, rivals, ratio } = await compare(many, few);
    return [
      {
        what: `check with ${rounded(MANY.grants)} grants, ${rounded(MANY.tenants)} tenants, ${rounded(MANY.routes)} routes`,
        figure: `${rounded(ours)}/s`,
        rival: `the same with ${FEW} of each`,
        rivalFigure: `${rounded(rivals)}/s`,
        ratio: `${times(1 / ratio)} the time`,
        target: '≤ 1.2 × the time',
      },
    ];
  },
};

function subject(grants: number, tenants: number, routes: number): () => unknown {
  const maker = new LargeMaker(serviceWith(routes), tenants);
  const grant = maker.grant();
  const checker = new Checker(maker, [...others(grant, grants - 1), grant]);
  const prepared = prepare(maker.token(grant));
  return () => checker.check(prepared);
}

/** Grants that nobody uses here: only that they stand on the list counts. */
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
      slug: `tenant-${index}`,
      forbid: [],
    }));
    return { ...picture, tenants: [...more, ...picture.tenants] };
  }
}
