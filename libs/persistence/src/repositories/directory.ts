import type { DirectoryRepository, Owner } from '@countersign/access';
import type { EntityManager } from 'typeorm';

/** Whose an object is, by its id. */
export class Directory implements DirectoryRepository {
  constructor(private readonly manager: EntityManager) {}

  async ownerOf(kind: 'request' | 'grant', id: string): Promise<Owner | null> {
    const [placeholder] = this.manager.dataSource.options.type === 'postgres' ? ['$1'] : ['?'];
    const [row] = await this.manager.query<Owner[]>(
      `SELECT tenant, requester FROM ${kind}s WHERE id = ${placeholder}`,
      [id],
    );
    return row ?? null;
  }
}
