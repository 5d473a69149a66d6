import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigInteger } from './column-types.js';

/** One row: the deployment's id, the position of its feed, and a check of its master key. */
@Entity('deployment')
export class DeploymentEntity {
  /** `dep_…` */
  @PrimaryColumn('varchar')
  id!: string;

  /** 1, and one more after each restore from a backup. */
  @Column('integer')
  epoch!: number;

  @Column('bigint', { name: 'feed_seq', transformer: bigInteger })
  feedSeq!: number;

  /** Counted up by triggers with each change of tenants, people, services or policy. */
  @Column('bigint', { name: 'organisation_version', transformer: bigInteger })
  organisationVersion!: number;

  /** A known text, sealed under the master key: another key cannot open it. */
  @Column('text', { name: 'master_key_check' })
  masterKeyCheck!: string;

  @Column('varchar', { name: 'created_at' })
  createdAt!: string;
}

/** The domain's transition tables, held by the database too: a trigger lets no other step through. */
@Entity('legal_transitions')
export class LegalTransitionEntity {
  @PrimaryColumn('varchar')
  kind!: 'request' | 'grant' | 'invitation';

  @PrimaryColumn('varchar', { name: 'from_state' })
  from!: string;

  @PrimaryColumn('varchar', { name: 'to_state' })
  to!: string;
}
