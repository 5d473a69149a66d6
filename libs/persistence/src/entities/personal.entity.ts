import type { NoticeChoices, TemplateRequest } from '@countersign/access';
import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import { jsonText, wholeSeconds } from './column-types.js';

/** A person's saved template of a request. It is deleted when its person is removed. */
@Entity('request_templates')
@Unique('request_templates_once', ['person', 'nameKey'])
export class RequestTemplateEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  person!: string;

  @Column('text')
  name!: string;

  /** The name without differences of case: two names that look alike are one. */
  @Column('text', { name: 'name_key' })
  nameKey!: string;

  @Column('text', { transformer: jsonText })
  request!: TemplateRequest;

  @Column('varchar', { name: 'saved_at', transformer: wholeSeconds })
  savedAt!: string;
}

/** The notices that a person has switched off. It is deleted when its person is removed. */
@Entity('notice_choices')
export class NoticeChoicesEntity {
  @PrimaryColumn('varchar')
  person!: string;

  @Column('text', { transformer: jsonText })
  off!: NoticeChoices;

  @Column('varchar', { name: 'saved_at', transformer: wholeSeconds })
  savedAt!: string;
}
