import { DataSource, type DataSourceOptions, type EntityMetadata } from 'typeorm';
import { ENTITIES } from '../entities/index.js';
import { MIGRATIONS } from '../migrations/index.js';

/** What TypeORM has derived from the entities, by kind of store. */
const derived = new Map<DataSourceOptions['type'], readonly EntityMetadata[]>();

/** `Omit` for each member of a union. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type Options = Without<DataSourceOptions, 'entities' | 'migrations'>;

/**
 * A data source of our entities and migrations. TypeORM derives tables and columns from the entities for each source, which
 * takes a fifth of a broker's start and is the same each time: a store on SQLite has two sources, and tests open thousands.
 * So the sources of one kind of store share it. It refers to the first of them, whose driver TypeORM asks only while it
 * derives.
 */
export class EntitySource extends DataSource {
  constructor(options: Options) {
    const entities = derived.has(options.type) ? [] : ENTITIES;
    super({ ...options, entities, migrations: MIGRATIONS } as DataSourceOptions);
  }

  protected override async buildMetadatas(): Promise<void> {
    await super.buildMetadatas();
    const shared = derived.get(this.options.type);
    if (shared === undefined) derived.set(this.options.type, this.entityMetadatas);
    else
      Object.assign(this, {
        entityMetadatas: shared,
        entityMetadatasMap: new Map(shared.map((metadata) => [metadata.target, metadata])),
      });
  }
}
