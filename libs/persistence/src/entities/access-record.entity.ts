import { type AccessRecordView, RECORD_MEMBERS } from '@countersign/contract';
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

const COLUMNS = {
  key: { type: 'varchar', primary: true },
  moment: { type: 'varchar', transformer: milliseconds },
  word: { type: 'varchar' },
  wordOrNull: { type: 'varchar', nullable: true },
  textOrNull: { type: 'text', nullable: true },
  integer: { type: 'integer' },
  integerOrNull: { type: 'integer', nullable: true },
  bigint: { type: 'bigint', transformer: bigInteger },
  bigintOrNull: { type: 'bigint', transformer: bigInteger, nullable: true },
  jsonOrNull: { type: 'text', transformer: jsonText, nullable: true },
  listOrNull: { type: 'text', transformer: jsonList, nullable: true },
} as const satisfies Record<string, ColumnOptions>;

const underscored = (name: string): string =>
  name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

for (const [name, member] of Object.entries(RECORD_MEMBERS)) {
  if (!('column' in member)) continue;
  const columnName = 'columnName' in member ? member.columnName : underscored(name);
  Column({ ...COLUMNS[member.column], name: columnName })(AccessRecordRow.prototype, name);
}

/** The table of members says which columns there are, so the class declares none. */
export const AccessRecordEntity = AccessRecordRow as new () => AccessRecordView;
