import { Table } from 'typeorm';
import {
  bigint,
  bigintOrNull,
  integer,
  integerOrNull,
  key,
  text,
  textOrNull,
  word,
  wordOrNull,
} from '../columns.js';

/**
 * Frozen: used by a released migration; write a new migration instead.
 *
 * Tenants' logs and access records. In the order that foreign keys need.
 */
export const LOG_TABLES: readonly Table[] = [
  new Table({
    name: 'openings',
    columns: [key('commitment'), key('tenant'), word('name'), text('value'), word('salt')],
  }),
  new Table({
    name: 'events',
    columns: [
      key('tenant'),
      key('seq', 'bigint'),
      word('type'),
      word('at'),
      word('hash'),
      text('leaf'),
      wordOrNull('request_id'),
      wordOrNull('grant_id'),
      wordOrNull('requester'),
    ],
    indices: [
      { name: 'events_of_time', columnNames: ['tenant', 'at', 'seq'] },
      { name: 'events_of_grant', columnNames: ['tenant', 'grant_id', 'seq'] },
      { name: 'events_of_request', columnNames: ['tenant', 'request_id', 'seq'] },
      { name: 'events_of_requester', columnNames: ['tenant', 'requester', 'seq'] },
    ],
  }),
  new Table({
    name: 'log_heads',
    columns: [key('tenant'), bigint('size'), bigint('units'), textOrNull('range')],
  }),
  new Table({
    name: 'access_records',
    columns: [
      key('id'),
      word('at'),
      word('tenant'),
      word('grant_id'),
      word('digest'),
      word('request_id'),
      word('service'),
      word('person'),
      word('method'),
      textOrNull('path'),
      textOrNull('route'),
      textOrNull('resource'),
      wordOrNull('action'),
      word('decision'),
      wordOrNull('code'),
      integer('count'),
      word('mode'),
      textOrNull('trust'),
      integerOrNull('status'),
      bigintOrNull('bytes'),
      wordOrNull('body_sha256'),
      bigintOrNull('duration_ms'),
      wordOrNull('outcome'),
      word('gateway'),
      word('boot'),
      bigint('seq'),
    ],
    indices: [
      { name: 'access_records_list', columnNames: ['tenant', 'at', 'id'] },
      ...[
        ['grant', 'grant_id'],
        ['request', 'request_id'],
        ['person', 'person'],
        ['service', 'service'],
        ['decision', 'decision'],
      ].map(([name, column]) => ({
        name: `access_records_list_${name}`,
        columnNames: ['tenant', `${column}`, 'at', 'id'],
      })),
    ],
  }),
  new Table({
    name: 'record_chains',
    columns: [
      key('tenant'),
      key('gateway'),
      key('boot'),
      bigint('seq'),
      word('hash'),
      textOrNull('head'),
      wordOrNull('moved_at'),
      wordOrNull('closed_at'),
    ],
    indices: [{ name: 'record_chains_open', columnNames: ['gateway', 'closed_at', 'tenant'] }],
  }),
];
