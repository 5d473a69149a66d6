import type { Language } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import { wholeSeconds } from './column-types.js';

/** A browser in which a person is notified. It is deleted with its session, and when its person is removed. */
@Entity('push_subscriptions')
@Unique('push_subscriptions_once', ['endpointHash'])
@Index('push_subscriptions_of_person', ['person', 'id'])
@Index('push_subscriptions_of_session', ['session'])
export class PushSubscriptionEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  person!: string;

  @Column('varchar')
  session!: string;

  @Column('text')
  endpoint!: string;

  @Column('varchar', { name: 'endpoint_hash' })
  endpointHash!: string;

  @Column('varchar')
  p256dh!: string;

  @Column('varchar')
  auth!: string;

  @Column('varchar')
  language!: Language;

  @Column('text')
  device!: string;

  @Column('varchar', { name: 'made_at', transformer: wholeSeconds })
  madeAt!: string;

  @Column('varchar', { name: 'expires_at', transformer: wholeSeconds })
  expiresAt!: string;

  @Column('varchar', { name: 'last_at', nullable: true, transformer: wholeSeconds })
  lastAt!: string | null;

  @Column('varchar', { name: 'last_result', nullable: true })
  lastResult!: string | null;
}
