import type { DeliveryState } from '@countersign/access';
import type { DeliveryChannel } from '@countersign/contract';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { jsonList, milliseconds } from './column-types.js';
import { NoticeEntity } from './delivery.entity.js';

/** One message of a notice by one channel: to one recipient, or to several who get the same. */
@Entity('deliveries')
@Index('deliveries_queue', ['channel', 'queue', 'state', 'nextAt', 'notice'])
@Index('deliveries_lane', ['orderKey', 'channel', 'state', 'notice'])
@Index('deliveries_list', ['state', 'notice'])
@Index('deliveries_list_tenant', ['tenant', 'state', 'notice'])
@Index('deliveries_of_tenant', ['tenant', 'notice'])
export class NoticeDeliveryEntity {
  @PrimaryColumn('varchar')
  @ForeignKey(() => NoticeEntity, { name: 'deliveries_notice_fk' })
  notice!: string;

  @PrimaryColumn('varchar')
  channel!: DeliveryChannel;

  /** The first recipient. */
  @PrimaryColumn('varchar')
  recipient!: string;

  /** Further recipients. */
  @Column('text', { nullable: true, transformer: jsonList })
  others!: string[];

  /** The queue in which it waits, of `delivery_queues`. */
  @Column('varchar')
  queue!: string;

  @Column('varchar')
  tenant!: string;

  /** The request, or a key of its own: messages with one key reach a recipient in order. */
  @Column('varchar', { name: 'lane' })
  orderKey!: string;

  @Column('varchar')
  state!: DeliveryState;

  @Column('integer')
  attempts!: number;

  /** `WAITS` if it waits for an earlier one to the same recipient about the same request. */
  @Column('varchar', { name: 'next_at', transformer: milliseconds })
  nextAt!: string;

  @Column('varchar', { name: 'delivered_at', nullable: true })
  deliveredAt!: string | null;

  @Column('varchar', { name: 'dead_at', nullable: true })
  deadAt!: string | null;

  @Column('varchar', { name: 'last_error', nullable: true })
  lastError!: string | null;
}

/** The next attempt of a message that waits for another one: a time that is never reached. */
export const WAITS = '9999-12-31T23:59:59.999Z';

/** Messages that get their attempts one after the other: those to one recipient, or those to several about one request. */
@Entity('delivery_queues')
@Index('delivery_queues_due', ['channel', 'nextAt', 'queue'])
export class DeliveryQueueEntity {
  @PrimaryColumn('varchar')
  channel!: DeliveryChannel;

  @PrimaryColumn('varchar')
  queue!: string;

  /** When the first of its messages is due. */
  @Column('varchar', { name: 'next_at', transformer: milliseconds })
  nextAt!: string;

  /** Until then an attempt is under way. */
  @Column('varchar', { name: 'claimed_until', nullable: true, transformer: milliseconds })
  claimedUntil!: string | null;
}
