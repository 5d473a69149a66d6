import { Table } from 'typeorm';
import { integer, key, text, word, wordOrNull } from '../columns.js';

/** What comes round each quarter: access reviews and practice requests. In the order that foreign keys need. */
export const ROUND_TABLES: readonly Table[] = [
  new Table({
    name: 'access_review_schedules',
    columns: [key('tenant'), word('next_quarter')],
    indices: [{ name: 'access_review_schedules_due', columnNames: ['next_quarter', 'tenant'] }],
  }),
  new Table({
    name: 'access_reviews',
    columns: [
      key('id'),
      word('tenant'),
      word('quarter'),
      word('state'),
      integer('version'),
      word('opened_at'),
      word('due_at'),
      wordOrNull('reminded_at'),
      wordOrNull('closed_at'),
      text('missed'),
    ],
    indices: [
      { name: 'access_reviews_list', columnNames: ['opened_at', 'id'] },
      { name: 'access_reviews_list_tenant', columnNames: ['tenant', 'opened_at', 'id'] },
      { name: 'access_reviews_due', columnNames: ['state', 'due_at'] },
    ],
    uniques: [{ name: 'access_reviews_one_a_quarter', columnNames: ['tenant', 'quarter'] }],
  }),
  new Table({
    name: 'access_review_items',
    columns: [
      key('review'),
      key('item'),
      word('tenant'),
      integer('number'),
      text('facts'),
      wordOrNull('outcome'),
      wordOrNull('reason'),
      wordOrNull('decided_by'),
      wordOrNull('decided_at'),
    ],
  }),
  new Table({
    name: 'practice_schedules',
    columns: [key('tenant'), word('next_quarter')],
    indices: [{ name: 'practice_schedules_due', columnNames: ['next_quarter', 'tenant'] }],
  }),
  new Table({
    name: 'practices',
    columns: [
      key('id'),
      word('tenant'),
      word('occasion'),
      text('missed'),
      word('opened_by'),
      word('state'),
      integer('version'),
      word('opened_at'),
      word('due_at'),
      wordOrNull('reminded_at'),
      wordOrNull('closed_at'),
    ],
    indices: [
      { name: 'practices_list', columnNames: ['opened_at', 'id'] },
      { name: 'practices_list_tenant', columnNames: ['tenant', 'opened_at', 'id'] },
      { name: 'practices_due', columnNames: ['state', 'due_at'] },
    ],
    uniques: [{ name: 'practices_one_an_occasion', columnNames: ['tenant', 'occasion'] }],
  }),
  new Table({
    name: 'practice_requests',
    columns: [
      key('practice'),
      key('person'),
      word('tenant'),
      text('task'),
      wordOrNull('result'),
      wordOrNull('decision'),
      wordOrNull('channel'),
      wordOrNull('passkey'),
      wordOrNull('settled_at'),
    ],
  }),
];
