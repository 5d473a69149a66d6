import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wholeSeconds } from './column-types.js';

/** One word of a text of a request, for searches. It is erased with the text. */
@Entity('request_words')
@Index('request_words_word', ['word', 'createdAt', 'request'])
@Index('request_words_tenant', ['tenant', 'word', 'createdAt', 'request'])
@Index('request_words_requester', ['requester', 'word', 'createdAt', 'request'])
export class RequestWordEntity {
  /** The commitment to the text that contains the word. */
  @PrimaryColumn('varchar')
  commitment!: string;

  @PrimaryColumn('varchar')
  word!: string;

  @PrimaryColumn('varchar', { name: 'request_id' })
  request!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  requester!: string;

  @Column('varchar', { name: 'created_at', transformer: wholeSeconds })
  createdAt!: string;
}
