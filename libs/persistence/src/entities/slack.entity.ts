import type { SlackAccount, SlackLinkWay, SlackPost } from '@countersign/access';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { jsonText, milliseconds } from './column-types.js';
import { PersonEntity } from './person.entity.js';

@Entity('slack_installations')
export class SlackInstallationEntity {
  @PrimaryColumn('varchar')
  workspace!: string;

  @Column('text')
  name!: string;

  @Column('varchar', { name: 'app_id' })
  appId!: string;

  @Column('varchar', { name: 'bot_id' })
  botId!: string;

  @Column('varchar', { name: 'bot_user' })
  botUser!: string;

  @Column('text', { transformer: jsonText })
  scopes!: string[];

  /** Token and refresh token, sealed under the master key; empty once it has ended. */
  @Column('text', { name: 'sealed_tokens' })
  sealedTokens!: string;

  @Column('varchar', { name: 'token_expires_at', nullable: true, transformer: milliseconds })
  tokenExpiresAt!: string | null;

  @Column('integer')
  version!: number;

  @Column('varchar', { name: 'installed_by', nullable: true })
  installedBy!: string | null;

  @Column('varchar', { name: 'installed_at', transformer: milliseconds })
  installedAt!: string;

  @Column('varchar', { name: 'ended_at', nullable: true })
  endedAt!: string | null;

  @Column('varchar', { name: 'end_reason', nullable: true })
  endReason!: string | null;
}

@Entity('slack_accounts')
export class SlackAccountEntity implements SlackAccount {
  @PrimaryColumn('varchar')
  workspace!: string;

  @PrimaryColumn('varchar')
  user!: string;

  @Column('varchar', { nullable: true })
  team!: string | null;

  @Index('slack_accounts_person')
  @ForeignKey(() => PersonEntity, { name: 'slack_accounts_person_fk' })
  @Column('varchar')
  person!: string;

  @Column('varchar')
  way!: SlackLinkWay;

  @Column('varchar', { name: 'linked_at', transformer: milliseconds })
  linkedAt!: string;

  @Column('varchar', { name: 'expires_at', transformer: milliseconds })
  expiresAt!: string;
}

@Entity('slack_posts')
export class SlackPostEntity implements SlackPost {
  @PrimaryColumn('varchar')
  request!: string;

  @PrimaryColumn('varchar')
  recipient!: string;

  @Column('varchar')
  workspace!: string;

  @Column('varchar')
  channel!: string;

  @Column('varchar')
  ts!: string;

  @Column('varchar')
  shown!: string;

  @Column('varchar', { name: 'posted_at', transformer: milliseconds })
  postedAt!: string;

  @Index('slack_posts_updated')
  @Column('varchar', { name: 'updated_at', transformer: milliseconds })
  updatedAt!: string;
}

@Entity('slack_seen')
export class SlackSeenEntity {
  @PrimaryColumn('varchar')
  hash!: string;

  @Index('slack_seen_until')
  @Column('varchar', { transformer: milliseconds })
  until!: string;
}
