import type { AccessRecordView } from '@countersign/access';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
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
export class AccessRecordEntity implements AccessRecordView {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar', { transformer: milliseconds })
  at!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar', { name: 'grant_id' })
  grant!: string;

  @Column('varchar')
  digest!: string;

  @Column('varchar', { name: 'request_id' })
  request!: string;

  @Column('varchar')
  service!: string;

  @Column('varchar')
  person!: string;

  @Column('varchar')
  method!: string;

  @Column('text', { nullable: true })
  path!: string | null;

  @Column('text', { nullable: true })
  route!: string | null;

  @Column('text', { nullable: true })
  resource!: string | null;

  @Column('varchar', { nullable: true })
  action!: string | null;

  @Column('varchar')
  decision!: AccessRecordView['decision'];

  @Column('varchar', { nullable: true })
  code!: string | null;

  @Column('integer')
  count!: number;

  @Column('varchar')
  mode!: AccessRecordView['mode'];

  @Column('text', { name: 'dropped_headers', nullable: true, transformer: jsonList })
  droppedHeaders!: string[];

  @Column('varchar', { nullable: true })
  context!: AccessRecordView['context'];

  @Column('varchar', { name: 'tenant_from', nullable: true })
  tenantFrom!: AccessRecordView['tenantFrom'];

  @Column('text', { nullable: true, transformer: jsonText })
  file!: AccessRecordView['file'];

  @Column('text', { name: 'requester_facts', nullable: true, transformer: jsonText })
  requesterFacts!: AccessRecordView['requesterFacts'];

  @Column('text', { nullable: true })
  trust!: string | null;

  @Column('integer', { nullable: true })
  status!: number | null;

  @Column('bigint', { nullable: true, transformer: bigInteger })
  bytes!: number | null;

  @Column('varchar', { name: 'body_sha256', nullable: true })
  bodySha256!: string | null;

  @Column('varchar', { name: 'sent_sha256', nullable: true })
  sentSha256!: string | null;

  @Column('bigint', { name: 'duration_ms', nullable: true, transformer: bigInteger })
  durationMs!: number | null;

  @Column('varchar', { nullable: true })
  outcome!: AccessRecordView['outcome'];

  @Column('bigint', { name: 'masked_fields', nullable: true, transformer: bigInteger })
  maskedFields!: number | null;

  @Column('varchar', { nullable: true })
  withheld!: AccessRecordView['withheld'];

  @Column('varchar')
  gateway!: string;

  @Column('varchar')
  boot!: string;

  @Column('bigint', { transformer: bigInteger })
  seq!: number;
}
