import type { AccessRecordView } from '@countersign/contract';
import { Column, type ColumnOptions, Entity, Index } from 'typeorm';
import { bigInteger, jsonList, jsonText, milliseconds } from './column-types.js';

/** One call at a gateway, its outcome merged in. The log holds the same as leaves; this is what lists read. */
@Entity('access_records')
@Index('access_records_list', ['tenant', 'at', 'id'])
@Index('access_records_list_grant', ['tenant', 'grant', 'at', 'id'])
@Index('access_records_list_request', ['tenant', 'request', 'at', 'id'])
@Index('access_records_list_person', ['tenant', 'person', 'at', 'id'])
@Index('access_records_list_service', ['tenant', 'service', 'at', 'id'])
@Index('access_records_list_decision', ['tenant', 'decision', 'at', 'id'])
@Index('access_records_used', ['tenant', 'person', 'service', 'resource'], { where: "decision = 'allowed'" })
class AccessRecordRow {}

const KEY = { type: 'varchar', primary: true } as const;
const MOMENT = { type: 'varchar', transformer: milliseconds } as const;
const WORD = { type: 'varchar' } as const;
const WORD_OR_NULL = { ...WORD, nullable: true } as const;
const TEXT_OR_NULL = { type: 'text', nullable: true } as const;
const INTEGER = { type: 'integer' } as const;
const INTEGER_OR_NULL = { ...INTEGER, nullable: true } as const;
const BIGINT = { type: 'bigint', transformer: bigInteger } as const;
const BIGINT_OR_NULL = { ...BIGINT, nullable: true } as const;
const JSON_OR_NULL = { type: 'text', transformer: jsonText, nullable: true } as const;
const LIST_OR_NULL = { type: 'text', transformer: jsonList, nullable: true } as const;

/** How each member of a call is kept. The name of a column is the member's with underscores, or the one that is given. */
const COLUMNS: Readonly<Record<keyof AccessRecordView, ColumnOptions>> = {
  id: KEY,
  at: MOMENT,
  tenant: WORD,
  grant: { ...WORD, name: 'grant_id' },
  digest: WORD,
  request: { ...WORD, name: 'request_id' },
  service: WORD,
  person: WORD,
  method: WORD,
  path: TEXT_OR_NULL,
  route: TEXT_OR_NULL,
  resource: TEXT_OR_NULL,
  action: WORD_OR_NULL,
  decision: WORD,
  code: WORD_OR_NULL,
  count: INTEGER,
  mode: WORD,
  droppedHeaders: LIST_OR_NULL,
  context: WORD_OR_NULL,
  trust: TEXT_OR_NULL,
  status: INTEGER_OR_NULL,
  bytes: BIGINT_OR_NULL,
  bodySha256: WORD_OR_NULL,
  durationMs: BIGINT_OR_NULL,
  outcome: WORD_OR_NULL,
  gateway: WORD,
  boot: WORD,
  seq: BIGINT,
  tenantFrom: WORD_OR_NULL,
  requesterFacts: JSON_OR_NULL,
  maskedFields: BIGINT_OR_NULL,
  withheld: WORD_OR_NULL,
  file: JSON_OR_NULL,
  sentSha256: WORD_OR_NULL,
};

const underscored = (name: string): string =>
  name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

for (const [name, column] of Object.entries(COLUMNS))
  Column({ name: underscored(name), ...column })(AccessRecordRow.prototype, name);

/** `COLUMNS` says which columns there are, so the class declares none. */
export const AccessRecordEntity = AccessRecordRow as new () => AccessRecordView;
