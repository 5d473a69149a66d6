import type { RequestNote, RequestNoteRepository } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { RequestNoteEntity } from '../entities/request-note.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';
import { inChunks } from './many-rows.js';
import { among, insertRow } from './plain-rows.js';

/** Questions, answers and forwards of requests. */
export class RequestNotes extends BoundRepository<RequestNoteEntity> implements RequestNoteRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, RequestNoteEntity);
  }

  async ofRequests(requests: readonly string[]): Promise<RequestNote[]> {
    const rows = await inChunks(requests, (chunk) => this.select(...among(this.manager, 'request', chunk)));
    return rows.sort((a, b) => a.number - b.number);
  }

  async insert(note: RequestNote): Promise<void> {
    this.requireOwnTenant(note);
    await orConflict(
      insertRow(this.manager, RequestNoteEntity, { ...note }),
      'Someone else wrote to this request at the same moment. Read it again.',
    );
  }
}
