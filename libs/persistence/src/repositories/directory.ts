import type { DirectoryRepository, Owner } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { query } from './plain-rows.js';

/** Whose an object is, by its id. */
export class Directory implements DirectoryRepository {
  constructor(private readonly manager: EntityManager) {}

  async ownerOf(kind: 'request' | 'grant', id: string): Promise<Owner | null> {
    const sql = `SELECT tenant, requester, basis FROM ${kind}s WHERE id = ?`;
    const [row] = await query<Owner>(this.manager, sql, [id]);
    return row ?? null;
  }
}
