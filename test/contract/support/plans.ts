import type { DataSource, EntityManager } from 'typeorm';
import { beginRead, beginWrite } from '../../../libs/persistence/src/engine/postgres/begin.js';
import { openPool } from '../../../libs/persistence/src/engine/postgres/data-source.js';
import { transaction } from '../../../libs/persistence/src/engine/postgres/transactions.js';
import { openSource } from '../../../libs/persistence/src/engine/sqlite/data-source.js';
import type { UnitRunner } from '../../../libs/persistence/src/engine/unit-runner.js';
import type { TestDatabase } from './database.js';

/** What an engine says it does for a query. */
export interface Plan {
  sql: string;
  /** Tables or indices read from end to end. */
  scans: string[];
  /** Sorted by itself, not by an index. */
  sorts: boolean;
  /** Rows that were looked at; null where the engine does not say. */
  looked: number | null;
}

/** Runs work on repositories and tells the plan of each query that it sent. */
export interface Planner {
  plans(work: (manager: EntityManager) => Promise<unknown>): Promise<Plan[]>;
  /** The same of work that writes. Nothing of it is left. */
  plansOfWrites(work: (manager: EntityManager) => Promise<unknown>): Promise<Plan[]>;
  close(): Promise<void>;
}

type Sent = [sql: string, values: unknown[]];

/** Notes what the work sends through this manager's runner. */
async function sentBy(
  manager: EntityManager,
  work: (manager: EntityManager) => Promise<unknown>,
): Promise<Sent[]> {
  const runner = (manager.queryRunner ?? manager.dataSource.createQueryRunner()) as Partial<UnitRunner>;
  const { query, execute } = runner;
  const sent: Sent[] = [];
  if (execute !== undefined)
    runner.execute = (sql, values) => {
      sent.push([sql, values]);
      return execute(sql, values);
    };
  runner.query = ((sql: string, values: unknown[] = [], structured = false) => {
    sent.push([sql, values]);
    return Reflect.apply(query as UnitRunner['query'], runner, [sql, values, structured]);
  }) as UnitRunner['query'];
  try {
    await work(manager);
  } finally {
    Object.assign(runner, { query }, execute && { execute });
  }
  return sent;
}

export async function openPlanner(database: TestDatabase): Promise<Planner> {
  return database.engine === 'sqlite'
    ? sqlitePlanner(database.url.slice('sqlite:'.length))
    : postgresPlanner(database.url);
}

async function sqlitePlanner(path: string): Promise<Planner> {
  const [reader, writer] = [await openSource(path, 'read'), await openSource(path, 'write')];
  const planOn = (source: DataSource) => async (sql: string, values: unknown[]) => {
    const steps = await source.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, values);
    const details = steps.map(({ detail }) => detail);
    return {
      sql,
      // An index that is walked in its own order until the page is full is no scan of what it holds. Rows of an insert are none.
      scans: details.filter(
        (detail) => /^SCAN/.test(detail) && !/USING (COVERING )?INDEX|^SCAN (first|CONSTANT)/.test(detail),
      ),
      sorts: details.some((detail) => /TEMP B-TREE/.test(detail)),
      looked: null,
    };
  };
  return {
    plans: (work) => plansOf(reader.manager, work, planOn(reader)),
    plansOfWrites: async (work) => {
      await writer.query('BEGIN');
      try {
        return await plansOf(writer.manager, work, planOn(writer));
      } finally {
        await writer.query('ROLLBACK');
      }
    },
    close: async () => {
      await reader.destroy();
      await writer.destroy();
    },
  };
}

async function plansOf(
  manager: EntityManager,
  work: (manager: EntityManager) => Promise<unknown>,
  planOf: (sql: string, values: unknown[]) => Promise<Plan>,
): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const [sql, values] of await sentBy(manager, work)) plans.push(await planOf(sql, values));
  return plans;
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Node[];
}

const flat = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(flat)];

/** As brokers read: in their role and with their settings. */
async function postgresPlanner(url: string): Promise<Planner> {
  const source = await openPool(url, 1);
  const plansIn = (manager: EntityManager, work: (manager: EntityManager) => Promise<unknown>) =>
    plansOf(manager, work, async (sql, values) => {
      const [row] = await manager.query<{ 'QUERY PLAN': { Plan: Node }[] }[]>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
        values,
      );
      const plan = row?.['QUERY PLAN'][0]?.Plan;
      if (plan === undefined) throw new Error('PostgreSQL gave no plan');
      return { sql, ...read(flat(plan)) };
    });
  return {
    plans: (work) => transaction(source, beginRead('all-tenants'), (manager) => plansIn(manager, work)),
    plansOfWrites: async (work) => {
      let plans: Plan[] = [];
      const rolledBack = new Error('only the plans are wanted');
      await transaction(source, beginWrite('all-tenants'), async (manager) => {
        plans = await plansIn(manager, work);
        throw rolledBack;
      }).catch((error: unknown) => {
        if (error !== rolledBack) throw error;
      });
      return plans;
    },
    close: () => source.destroy(),
  };
}

function read(nodes: readonly Node[]): Omit<Plan, 'sql'> {
  const scans = nodes.filter((node) => / Scan$/.test(node['Node Type']));
  const rowsOf = (node: Node) =>
    ((node['Actual Rows'] ?? 0) +
      (node['Rows Removed by Filter'] ?? 0) +
      (node['Rows Removed by Index Recheck'] ?? 0)) *
    (node['Actual Loops'] ?? 1);
  return {
    scans: scans.flatMap((node) =>
      node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? node['Node Type']] : [],
    ),
    sorts: nodes.some((node) => /Sort$/.test(node['Node Type'])),
    looked: scans.reduce((sum, node) => sum + rowsOf(node), 0),
  };
}
