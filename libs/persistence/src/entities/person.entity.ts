import type { PersonFacts } from '@countersign/access';
import type { TenantRole, VendorRole } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { jsonText } from './column-types.js';

/** `side` of vendor staff. '' stands for the vendor because a unique index ignores NULLs. No slug is empty. */
export const VENDOR_SIDE = '';

@Entity('people')
@Index('people_one_per_side_and_email', ['side', 'email'], { unique: true })
@Index('people_email', ['email'])
export class PersonEntity {
  @PrimaryColumn('varchar')
  id!: string;

  /** A tenant's slug, or `VENDOR_SIDE`. */
  @Column('varchar')
  side!: string;

  @Column('varchar')
  email!: string;

  /** The exact address; NULL if it is `email`. */
  @Column('varchar', { nullable: true })
  address!: string | null;

  @Column('text')
  name!: string;

  @Column('text', { transformer: jsonText })
  roles!: (VendorRole | TenantRole)[];

  @Column('text', { name: 'staff_groups', nullable: true, transformer: jsonText })
  groups!: string[] | null;

  /** Place and employer of vendor staff, by source; NULL: nothing is known. */
  @Column('text', { nullable: true, transformer: jsonText })
  facts!: PersonFacts | null;

  /** Has no transformer because SQL only tests it for NULL and never compares or sorts it. */
  @Column('varchar', { name: 'removed_at', nullable: true })
  removedAt!: string | null;

  /** Has no transformer because SQL never compares or sorts it. NULL: the host gave the roles. */
  @Column('varchar', { name: 'roles_since', nullable: true })
  rolesSince!: string | null;

  /** An IANA name: the time zone of the browser in which the person last signed in. NULL: it is not known. */
  @Column('varchar', { nullable: true })
  zone!: string | null;

  /** The zone that the person has chosen instead. NULL: they have chosen none. */
  @Column('varchar', { name: 'chosen_zone', nullable: true })
  chosenZone!: string | null;
}
