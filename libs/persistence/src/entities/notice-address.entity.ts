import type { NoticeAddressState } from '@countersign/access';
import type { NoticeTopic } from '@countersign/contract';
import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import { jsonText, wholeSeconds } from './column-types.js';

/** A mailbox of a tenant that gets notices. A state follows another only as `legal_transitions` says, by trigger. */
@Entity('notice_addresses')
@Unique('notice_addresses_once', ['tenant', 'normalised'])
export class NoticeAddressEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  address!: string;

  /** The normal form; the id once it is removed. */
  @Column('varchar')
  normalised!: string;

  @Column('text', { transformer: jsonText })
  topics!: NoticeTopic[];

  @Column('varchar')
  state!: NoticeAddressState;

  @Column('integer')
  version!: number;

  @Column('varchar', { name: 'code_hash', nullable: true })
  codeHash!: string | null;

  @Column('varchar', { name: 'code_until', transformer: wholeSeconds })
  codeUntil!: string;

  @Column('integer')
  misses!: number;

  @Column('varchar', { name: 'added_by' })
  addedBy!: string;

  @Column('varchar', { name: 'added_at', transformer: wholeSeconds })
  addedAt!: string;

  @Column('varchar', { name: 'confirmed_at', nullable: true, transformer: wholeSeconds })
  confirmedAt!: string | null;

  @Column('varchar', { name: 'removed_at', nullable: true, transformer: wholeSeconds })
  removedAt!: string | null;
}
