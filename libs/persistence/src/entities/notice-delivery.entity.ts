import type { DeliveryChannel, DeliveryState } from '@countersign/access';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { milliseconds } from './column-types.js';
import { NoticeEntity } from './delivery.entity.js';

/** One notice by one channel to one recipient. */
@Entity('deliveries')
@Index('deliveries_due', ['channel', 'state', 'nextAt', 'notice'])
@Index('deliveries_lane', ['channel', 'recipient', 'orderKey', 'state', 'notice'])
@Index('deliveries_list', ['state', 'notice'])
@Index('deliveries_list_tenant', ['tenant', 'state', 'notice'])
@Index('deliveries_of_tenant', ['tenant', 'notice'])
export class NoticeDeliveryEntity {
  @PrimaryColumn('varchar')
  @ForeignKey(() => NoticeEntity, { name: 'deliveries_notice_fk' })
  notice!: string;

  @PrimaryColumn('varchar')
  channel!: DeliveryChannel;

  @PrimaryColumn('varchar')
  recipient!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar', { name: 'lane' })
  orderKey!: string;

  @Column('varchar')
  state!: DeliveryState;

  @Column('integer')
  attempts!: number;

  @Column('varchar', { name: 'next_at', transformer: milliseconds })
  nextAt!: string;

  @Column('varchar', { name: 'delivered_at', nullable: true })
  deliveredAt!: string | null;

  @Column('varchar', { name: 'dead_at', nullable: true })
  deadAt!: string | null;

  @Column('varchar', { name: 'last_error', nullable: true })
  lastError!: string | null;
}
