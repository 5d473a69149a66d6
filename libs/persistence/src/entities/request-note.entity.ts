import type { RequestNoteKind } from '@countersign/contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeSeconds } from './column-types.js';

/** Questions, answers and forwards of a request. Append-only, by trigger. */
@Entity('request_notes')
export class RequestNoteEntity {
  @PrimaryColumn('varchar')
  request!: string;

  @PrimaryColumn('integer')
  number!: number;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  kind!: RequestNoteKind;

  @Column('varchar')
  person!: string;

  @Column('varchar', { name: 'to_person', nullable: true })
  to!: string | null;

  /** The commitment. */
  @Column('varchar', { nullable: true })
  text!: string | null;

  @Column('varchar', { transformer: wholeSeconds })
  at!: string;
}
