import { Table } from 'typeorm';
import { bigint, integer, integerOrNull, key, text, word, wordOrNull } from '../columns.js';

/** Government demands, and what tenants may not read yet. In the order that foreign keys need. */
export const DEMAND_TABLES: readonly Table[] = [
  new Table({
    name: 'demands',
    columns: [
      key('id'),
      word('country'),
      word('kind'),
      word('received_at'),
      wordOrNull('due_at'),
      wordOrNull('gag_until'),
      integer('accounts'),
      text('content'),
      word('created_at'),
      word('created_by'),
    ],
    indices: [
      { name: 'demands_received', columnNames: ['received_at'] },
      { name: 'demands_gagged', columnNames: ['gag_until'] },
    ],
  }),
  new Table({ name: 'demand_keys', columns: [key('demand'), text('sealed_key')] }),
  new Table({
    name: 'demand_tenants',
    columns: [key('demand'), key('slug')],
    indices: [{ name: 'demand_tenants_of', columnNames: ['slug', 'demand'] }],
  }),
  new Table({
    name: 'demand_steps',
    columns: [
      key('demand'),
      key('seq', 'integer'),
      word('action'),
      wordOrNull('from_state'),
      word('to_state'),
      word('person'),
      word('at'),
      wordOrNull('outcome'),
      integerOrNull('with_content'),
      integerOrNull('accounts'),
      wordOrNull('until'),
      wordOrNull('document'),
      wordOrNull('grant_id'),
      text('content'),
    ],
  }),
  new Table({
    name: 'demand_documents',
    columns: [
      key('demand'),
      key('sha256'),
      integer('bytes'),
      word('at'),
      word('person'),
      text('name'),
      text('content'),
    ],
  }),
  new Table({
    name: 'sealed_leaves',
    columns: [key('tenant'), key('seq', 'bigint'), word('demand'), word('at'), word('hash'), text('content')],
    indices: [{ name: 'sealed_leaves_of_demand', columnNames: ['tenant', 'demand', 'seq'] }],
  }),
  new Table({ name: 'opened_leaves', columns: [key('tenant'), key('seq', 'bigint'), bigint('leaf')] }),
  new Table({
    name: 'sealed_logs',
    columns: [
      key('slug'),
      word('tenant'),
      word('demand'),
      word('created_at'),
      wordOrNull('opened_at'),
      bigint('recorded'),
    ],
    indices: [
      { name: 'sealed_logs_of_demand', columnNames: ['demand', 'tenant'], isUnique: true },
      { name: 'sealed_logs_of_tenant', columnNames: ['tenant', 'slug'] },
    ],
  }),
];
