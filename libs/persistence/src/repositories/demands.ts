import type {
  Demand,
  DemandCount,
  DemandDocument,
  DemandRepository,
  DemandStep,
  ListedDemand,
  Page,
  PageQuery,
  TimeSpan,
} from '@countersign/access';
import type { DemandState } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { type Place, Sealer } from '../engine/secrets/seal.js';
import { sealIn } from '../engine/secrets/seal-in.js';
import { comparable } from '../entities/column-types.js';
import {
  DemandDocumentEntity,
  DemandEntity,
  DemandKeyEntity,
  DemandStepEntity,
  DemandTenantEntity,
} from '../entities/demand.entity.js';
import { StoreError } from '../errors.js';
import type { UnitContext } from '../units/context.js';
import { orConflict } from './conflict.js';
import { instant } from './keyset.js';
import { insertRow, query, selectRows } from './plain-rows.js';

const KEY_BYTES = 32;

/** What stands sealed in a demand's row. */
type DemandContent = Pick<
  Demand,
  'authority' | 'legalBasis' | 'reference' | 'data' | 'scope' | 'accounts'
> & { gagOrder: string | null };

type StepContent = Pick<DemandStep, 'reason' | 'scope'>;

/** True if the last step of a row `d` is an opening, or it never had a gag. */
const SEALED = `d.gag_until IS NOT NULL AND NOT EXISTS (SELECT 1 FROM demand_steps s WHERE s.demand = d.id AND s.action = 'opened')`;
const GAG_END = `COALESCE((SELECT s.until FROM demand_steps s WHERE s.demand = d.id AND s.action = 'extended' ORDER BY s.seq DESC LIMIT 1), d.gag_until)`;
const STATE = '(SELECT s.to_state FROM demand_steps s WHERE s.demand = d.id ORDER BY s.seq DESC LIMIT 1)';

/**
 * Government demands. What names people or data is encrypted under a key of the demand, and that key under the master key: so
 * a rotation of the master key seals one key a demand again, and the rows themselves never change.
 */
export class Demands implements DemandRepository {
  constructor(
    private readonly manager: EntityManager,
    private readonly context: UnitContext,
  ) {}

  async find(id: string): Promise<Demand | null> {
    const [row] = await selectRows(this.manager, DemandEntity, 'WHERE id = ?', [id]);
    return row === undefined ? null : this.read(row);
  }

  async list(
    { state, tenant }: { state?: DemandState | undefined; tenant?: string | undefined },
    { cursor, limit }: PageQuery,
  ): Promise<Page<ListedDemand>> {
    const conditions: [string, unknown[]][] = [
      ...(cursor === null ? [] : [['d.id < ?', [cursor]] as [string, unknown[]]]),
      ...(state === undefined ? [] : [[`${STATE} = ?`, [state]] as [string, unknown[]]]),
      ...(tenant === undefined
        ? []
        : [
            ['EXISTS (SELECT 1 FROM demand_tenants t WHERE t.demand = d.id AND t.slug = ?)', [tenant]] as [
              string,
              unknown[],
            ],
          ]),
    ];
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`;
    const rows = await query<{ id: string; state: DemandState; gag: string | null; sealed: number | string }>(
      this.manager,
      `SELECT d.id, ${STATE} AS state, ${GAG_END} AS gag, CASE WHEN ${SEALED} THEN 1 ELSE 0 END AS sealed
       FROM demands d ${where} ORDER BY d.id DESC LIMIT ?`,
      [...conditions.flatMap(([, values]) => values), limit + 1],
    );
    const items: ListedDemand[] = [];
    for (const { id, state: now, gag, sealed } of rows.slice(0, limit)) {
      const demand = await this.find(id);
      if (demand !== null) items.push({ demand, state: now, gagUntil: gag, isSealed: Number(sealed) === 1 });
    }
    return { items, next: rows.length > limit ? (items.at(-1)?.demand.id ?? null) : null };
  }

  async steps(id: string): Promise<DemandStep[]> {
    const rows = await selectRows(this.manager, DemandStepEntity, 'WHERE demand = ? ORDER BY seq', [id]);
    if (rows.length === 0) return [];
    const sealer = await this.sealerOf(id);
    return rows.map(({ demand: _demand, fromState, toState, withContent, content, ...row }) => ({
      ...row,
      ...(JSON.parse(sealer.open(stepPlace(id, row.seq), content)) as StepContent),
      from: fromState,
      to: toState,
      withContent: withContent === null ? null : withContent === 1,
    }));
  }

  async documents(id: string): Promise<DemandDocument[]> {
    const rows = await query<Omit<DemandDocumentEntity, 'content'>>(
      this.manager,
      'SELECT sha256, bytes, at, person, name FROM demand_documents WHERE demand = ? ORDER BY at, sha256',
      [id],
    );
    if (rows.length === 0) return [];
    const sealer = await this.sealerOf(id);
    return rows.map((row) => readDocument(sealer, id, row));
  }

  async document(
    id: string,
    sha256: string,
  ): Promise<{ document: DemandDocument; content: Uint8Array } | null> {
    const where = 'WHERE demand = ? AND sha256 = ?';
    const [row] = await selectRows(this.manager, DemandDocumentEntity, where, [id, sha256]);
    if (row === undefined) return null;
    const sealer = await this.sealerOf(id);
    const content = sealer.open(documentPlace(id, sha256, 'content'), row.content);
    return { document: readDocument(sealer, id, row), content: Buffer.from(content, 'base64') };
  }

  async toOpen(now: string, limit: number): Promise<string[]> {
    const rows = await query<{ id: string }>(
      this.manager,
      `SELECT d.id FROM demands d WHERE d.gag_until IS NOT NULL AND d.gag_until <= ? AND ${SEALED} AND ${GAG_END} <= ? ORDER BY d.gag_until, d.id LIMIT ?`,
      [comparable(now), comparable(now), limit],
    );
    return rows.map(({ id }) => id);
  }

  async sealedAbout(tenant: string): Promise<string[]> {
    const rows = await query<{ id: string }>(
      this.manager,
      `SELECT d.id FROM demands d JOIN demand_tenants t ON t.demand = d.id
       WHERE t.slug = ? AND ${SEALED} AND ${STATE} <> 'closed' ORDER BY d.id`,
      [tenant],
    );
    return rows.map(({ id }) => id);
  }

  async counts({ from, to }: TimeSpan): Promise<DemandCount[]> {
    const ends = [
      ...(from === undefined ? [] : [['d.received_at >= ?', instant('from', from)] as const]),
      ...(to === undefined ? [] : [['d.received_at < ?', instant('to', to)] as const]),
    ];
    const where = ends.length === 0 ? '' : `WHERE ${ends.map(([sql]) => sql).join(' AND ')}`;
    const spanned = ends.map(([, value]) => value);
    const found = await query<Pick<DemandEntity, 'id' | 'country' | 'kind' | 'accounts'> & CountRow>(
      this.manager,
      `SELECT d.id, d.country, d.kind, d.accounts, d.received_at AS "receivedAt", CASE WHEN ${SEALED} THEN 1 ELSE 0 END AS sealed
       FROM demands d ${where} ORDER BY d.received_at, d.id`,
      spanned,
    );
    const tenants = await query<{ demand: string; slug: string }>(
      this.manager,
      `SELECT t.demand, t.slug FROM demand_tenants t JOIN demands d ON d.id = t.demand ${where} ORDER BY t.demand, t.slug`,
      spanned,
    );
    const steps = await query<StepRow>(
      this.manager,
      `SELECT s.demand, s.to_state AS "toState", s.outcome, s.with_content AS "withContent", s.accounts FROM demand_steps s
       JOIN demands d ON d.id = s.demand ${where} ORDER BY s.demand, s.seq`,
      spanned,
    );
    const [tenantsOf, stepsOf] = [groupBy(tenants), groupBy(steps)];
    return found.map(({ id, country, kind, accounts, receivedAt, sealed }) => ({
      ...{ id, country, kind, receivedAt, accounts: Number(accounts), isSealed: Number(sealed) === 1 },
      tenants: (tenantsOf.get(id) ?? []).map(({ slug }) => slug),
      ...countSteps(stepsOf.get(id) ?? []),
    }));
  }

  async insert(demand: Demand): Promise<void> {
    const { id, country, kind, receivedAt, dueAt, gag, createdAt, createdBy, tenants, accounts } = demand;
    const key = this.context.random.bytes(KEY_BYTES);
    const text = Buffer.from(key).toString('base64url');
    const sealedKey = await sealIn(this.manager, this.context.sealer, demandKeyPlace(id), text);
    await insertRow(this.manager, DemandKeyEntity, { demand: id, sealedKey });
    const { authority, legalBasis, reference, data, scope } = demand;
    const content: DemandContent = {
      ...{ authority, legalBasis, reference, data, scope, accounts, gagOrder: gag?.order ?? null },
    };
    await insertRow(this.manager, DemandEntity, {
      ...{ id, country, kind, receivedAt, dueAt, gagUntil: gag?.until ?? null, accounts: accounts.length },
      content: this.sealerWith(key).seal(demandPlace(id), JSON.stringify(content)),
      ...{ createdAt, createdBy },
    });
    for (const slug of tenants) await insertRow(this.manager, DemandTenantEntity, { demand: id, slug });
  }

  async addStep(id: string, { from, to, withContent, reason, scope, ...step }: DemandStep): Promise<void> {
    const content: StepContent = { reason, scope };
    const row: DemandStepEntity = {
      ...{ demand: id, fromState: from, toState: to, ...step },
      withContent: withContent === null ? null : Number(withContent),
      content: (await this.sealerOf(id)).seal(stepPlace(id, step.seq), JSON.stringify(content)),
    };
    await orConflict(
      insertRow(this.manager, DemandStepEntity, row),
      'Someone else added a step at the same moment. Read the demand again.',
    );
  }

  async addDocument(
    id: string,
    { sha256, name, bytes, at, person }: DemandDocument,
    content: Uint8Array,
  ): Promise<void> {
    const sealer = await this.sealerOf(id);
    const row: DemandDocumentEntity = {
      ...{ demand: id, sha256, bytes, at, person },
      name: sealer.seal(documentPlace(id, sha256, 'name'), name),
      content: sealer.seal(documentPlace(id, sha256, 'content'), Buffer.from(content).toString('base64')),
    };
    await orConflict(
      insertRow(this.manager, DemandDocumentEntity, row),
      'The demand has this document already.',
    );
  }

  private async read({ content, gagUntil, accounts: _count, ...row }: DemandEntity): Promise<Demand> {
    const sealer = await this.sealerOf(row.id);
    const { gagOrder, ...opened } = JSON.parse(sealer.open(demandPlace(row.id), content)) as DemandContent;
    const tenants = await selectRows(this.manager, DemandTenantEntity, 'WHERE demand = ? ORDER BY slug', [
      row.id,
    ]);
    return {
      ...row,
      ...opened,
      tenants: tenants.map(({ slug }) => slug),
      gag: gagUntil === null ? null : { order: gagOrder ?? '', until: gagUntil },
    };
  }

  private async sealerOf(id: string): Promise<Sealer> {
    const [row] = await selectRows(this.manager, DemandKeyEntity, 'WHERE demand = ?', [id]);
    if (row === undefined) throw new StoreError('database_failed', 'A demand has no key.');
    const key = this.context.sealer.open(demandKeyPlace(id), row.sealedKey);
    return this.sealerWith(Buffer.from(key, 'base64url'));
  }

  private sealerWith(key: Uint8Array): Sealer {
    return new Sealer(key, this.context.random);
  }
}

interface CountRow {
  receivedAt: string;
  sealed: string | number;
}

type StepRow = Pick<DemandStepEntity, 'demand' | 'toState' | 'outcome' | 'withContent' | 'accounts'>;

function countSteps(
  steps: readonly StepRow[],
): Pick<DemandCount, 'state' | 'steps' | 'redirected' | 'disclosed'> {
  const disclosed = steps.findLast(({ withContent }) => withContent !== null);
  return {
    state: steps.at(-1)?.toState ?? 'received',
    steps: [...new Set(steps.map(({ toState }) => toState))],
    redirected: steps.find(({ outcome }) => outcome !== null)?.outcome ?? null,
    disclosed:
      disclosed === undefined
        ? null
        : { withContent: Number(disclosed.withContent) === 1, accounts: Number(disclosed.accounts ?? 0) },
  };
}

function groupBy<Row extends { demand: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.demand);
    if (group === undefined) groups.set(row.demand, [row]);
    else group.push(row);
  }
  return groups;
}

const readDocument = (
  sealer: Sealer,
  id: string,
  { sha256, name, bytes, at, person }: Omit<DemandDocumentEntity, 'content'>,
): DemandDocument => ({
  ...{ sha256, bytes: Number(bytes), at, person },
  name: sealer.open(documentPlace(id, sha256, 'name'), name),
});

/** The place of a demand's key. */
export const demandKeyPlace = (id: string): Place => ({
  table: 'demand_keys',
  row: id,
  purpose: 'demand-key',
});

const demandPlace = (id: string): Place => ({ table: 'demands', row: id, purpose: 'demand' });
const stepPlace = (id: string, seq: number): Place => ({
  ...{ table: 'demand_steps', row: `${id} ${seq}`, purpose: 'demand' },
});
const documentPlace = (id: string, sha256: string, part: 'name' | 'content'): Place => ({
  ...{ table: 'demand_documents', row: `${id} ${sha256} ${part}`, purpose: 'demand' },
});
