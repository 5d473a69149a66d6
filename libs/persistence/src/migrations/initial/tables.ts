import { Table } from 'typeorm';
import {
  bigint,
  bigintOrNull,
  integer,
  integerOrNull,
  key,
  listIndices,
  text,
  textOrNull,
  word,
  wordOrNull,
} from './columns.js';

const requests = new Table({
  name: 'requests',
  columns: [
    key('id'),
    word('tenant'),
    word('service'),
    word('requester'),
    word('state'),
    integer('version'),
    word('digest'),
    text('terms'),
    text('needs'),
    word('created_at'),
    word('lapses_at'),
    wordOrNull('ended_at'),
    wordOrNull('grant_id'),
  ],
  indices: [
    ...listIndices('requests', ['created_at', 'id']),
    { name: 'requests_due', columnNames: ['state', 'lapses_at'] },
    { name: 'requests_grant', columnNames: ['grant_id'] },
  ],
});

const grants = new Table({
  name: 'grants',
  columns: [
    key('id'),
    word('request_id'),
    word('tenant'),
    word('service'),
    word('requester'),
    word('digest'),
    word('state'),
    integer('version'),
    word('starts_at'),
    word('ends_at'),
    wordOrNull('ended_at'),
    wordOrNull('end_reason'),
    bigint('used_calls'),
    bigint('used_bytes'),
  ],
  indices: [
    ...listIndices('grants', ['starts_at', 'id']),
    { name: 'grants_due', columnNames: ['state', 'ends_at'] },
    { name: 'grants_one_per_request', columnNames: ['request_id'], isUnique: true },
    { name: 'grants_one_per_digest', columnNames: ['digest'], isUnique: true },
  ],
  foreignKeys: [
    {
      name: 'grants_request_fk',
      columnNames: ['request_id'],
      referencedTableName: 'requests',
      referencedColumnNames: ['id'],
    },
  ],
});

const reviews = new Table({
  name: 'reviews',
  columns: [
    key('id'),
    word('request_id'),
    word('tenant'),
    word('person'),
    word('side'),
    word('decision'),
    word('digest'),
    textOrNull('reason'),
    word('channel'),
    word('assurance'),
    word('at'),
  ],
  indices: [
    { name: 'reviews_one_per_person_and_digest', columnNames: ['person', 'digest'], isUnique: true },
    { name: 'reviews_of_request', columnNames: ['request_id', 'at', 'id'] },
  ],
  foreignKeys: [
    {
      name: 'reviews_request_fk',
      columnNames: ['request_id'],
      referencedTableName: 'requests',
      referencedColumnNames: ['id'],
    },
  ],
});

const openings = new Table({
  name: 'openings',
  columns: [key('commitment'), key('tenant'), word('name'), text('value'), word('salt')],
});

const events = new Table({
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
    { name: 'events_of_grant', columnNames: ['tenant', 'grant_id', 'seq'] },
    { name: 'events_of_request', columnNames: ['tenant', 'request_id', 'seq'] },
    { name: 'events_of_requester', columnNames: ['tenant', 'requester', 'seq'] },
  ],
});

const logHeads = new Table({
  name: 'log_heads',
  columns: [key('tenant'), bigint('size'), bigint('units')],
});

const accessRecords = new Table({
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
});

const recordChains = new Table({
  name: 'record_chains',
  columns: [key('tenant'), key('gateway'), key('boot'), bigint('seq'), word('hash')],
});

const people = new Table({
  name: 'people',
  columns: [key('id'), word('side'), word('email'), text('name'), text('roles'), wordOrNull('removed_at')],
  indices: [
    { name: 'people_one_per_side_and_email', columnNames: ['side', 'email'], isUnique: true },
    { name: 'people_email', columnNames: ['email'] },
  ],
});

const organisation = [
  new Table({
    name: 'tenants',
    columns: [
      key('slug'),
      text('name'),
      text('controls'),
      textOrNull('oidc'),
      textOrNull('slack'),
      wordOrNull('removed_at'),
    ],
  }),
  new Table({
    name: 'services',
    columns: [key('name'), text('definition'), word('routes'), wordOrNull('removed_at')],
  }),
  new Table({ name: 'route_maps', columns: [key('hash'), text('definition'), word('at')] }),
  new Table({
    name: 'vendor',
    columns: [key('id', 'integer'), text('name'), textOrNull('oidc'), text('policy')],
  }),
];

const credentials = [
  new Table({
    name: 'api_keys',
    columns: [
      key('id'),
      word('hash'),
      word('person'),
      wordOrNull('tenant'),
      word('created_at'),
      word('expires_at'),
      wordOrNull('revoked_at'),
    ],
    indices: [{ name: 'api_keys_hash', columnNames: ['hash'], isUnique: true }],
    foreignKeys: [
      {
        name: 'api_keys_person_fk',
        columnNames: ['person'],
        referencedTableName: 'people',
        referencedColumnNames: ['id'],
      },
    ],
  }),
  new Table({
    name: 'gateways',
    columns: [
      key('id'),
      text('name'),
      word('secret_hash'),
      wordOrNull('public_key'),
      word('created_at'),
      wordOrNull('revoked_at'),
    ],
  }),
  new Table({
    name: 'signing_keys',
    columns: [
      key('kid'),
      word('use'),
      text('public_jwk'),
      text('sealed_pem'),
      word('created_at'),
      word('active_from'),
      wordOrNull('retires_at'),
      wordOrNull('revoked_at'),
    ],
  }),
];

const delivery = [
  new Table({
    name: 'notices',
    columns: [
      key('id'),
      word('tenant'),
      word('kind'),
      word('subject'),
      text('audience'),
      word('at'),
      integer('attempts'),
      word('state'),
      word('next_at'),
      wordOrNull('delivered_at'),
    ],
    indices: [{ name: 'notices_due', columnNames: ['state', 'next_at', 'id'] }],
  }),
  new Table({ name: 'feed_changes', columns: [key('seq', 'bigint'), word('kind'), word('ref')] }),
  new Table({
    name: 'idempotent_answers',
    columns: [
      key('principal'),
      key('route'),
      key('key'),
      word('tenant'),
      word('body_hash'),
      text('result'),
      word('expires_at'),
    ],
    indices: [{ name: 'idempotent_answers_expiry', columnNames: ['expires_at'] }],
  }),
];

const deployment = [
  new Table({
    name: 'deployment',
    columns: [key('id'), integer('epoch'), bigint('feed_seq'), text('master_key_check'), word('created_at')],
  }),
  new Table({ name: 'legal_transitions', columns: [key('kind'), key('from_state'), key('to_state')] }),
];

/** In the order in which foreign keys allow them to be made. */
export const INITIAL_TABLES: readonly Table[] = [
  ...deployment,
  requests,
  grants,
  reviews,
  openings,
  events,
  logHeads,
  accessRecords,
  recordChains,
  people,
  ...organisation,
  ...credentials,
  ...delivery,
];
