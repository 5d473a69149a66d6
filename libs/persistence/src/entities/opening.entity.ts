import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The personal value behind a commitment, with its salt. Deleting a row erases the value; the log stays whole. */
@Entity('openings')
export class OpeningEntity {
  @PrimaryColumn('varchar')
  commitment!: string;

  @PrimaryColumn('varchar')
  tenant!: string;

  @Column('varchar')
  name!: string;

  @Column('text')
  value!: string;

  @Column('varchar')
  salt!: string;
}
