import { Table } from 'typeorm';
import { integer, key, text, textOrNull, word, wordOrNull } from '../initial/columns.js';

const ofPerson = (table: string) => ({
  name: `${table}_person_fk`,
  columnNames: ['person'],
  referencedTableName: 'people',
  referencedColumnNames: ['id'],
});

/** `id` is the credential's; what proved it at its enrolment is kept, so that anyone can check it again. */
const passkeys = new Table({
  name: 'passkeys',
  columns: [
    key('id'),
    word('tenant'),
    word('person'),
    text('name'),
    text('jwk'),
    text('client_data_json'),
    text('attestation_object'),
    word('rp_id'),
    word('created_at'),
    wordOrNull('removed_at'),
  ],
  indices: [{ name: 'passkeys_tenant', columnNames: ['tenant', 'removed_at', 'person'] }],
  foreignKeys: [ofPerson('passkeys')],
});

/** `id` is the thumbprint of the public half. */
const recoveryKeys = new Table({
  name: 'recovery_keys',
  columns: [
    key('id'),
    word('tenant'),
    word('person'),
    text('jwk'),
    word('created_at'),
    wordOrNull('removed_at'),
  ],
  indices: [{ name: 'recovery_keys_tenant', columnNames: ['tenant', 'removed_at', 'person'] }],
  foreignKeys: [ofPerson('recovery_keys')],
});

/** `chain` counts geneses: a tenant that lost all its keys begins a new one. */
const versions = new Table({
  name: 'trust_versions',
  columns: [
    key('tenant'),
    key('chain', 'integer'),
    key('seq', 'integer'),
    word('hash'),
    text('document'),
    text('signatures'),
    word('valid_until'),
    word('adopted_at'),
  ],
  indices: [
    { name: 'trust_versions_hash', columnNames: ['hash'], isUnique: true },
    { name: 'trust_versions_ending', columnNames: ['valid_until'] },
  ],
});

/** `open_for` is the tenant while the proposal is open, and unique: one at a time. */
const proposals = new Table({
  name: 'trust_proposals',
  columns: [
    key('id'),
    word('tenant'),
    word('state'),
    integer('version'),
    wordOrNull('open_for'),
    word('hash'),
    text('document'),
    word('proposed_by'),
    word('created_at'),
    wordOrNull('ended_at'),
  ],
  indices: [{ name: 'trust_proposals_one_open', columnNames: ['open_for'], isUnique: true }],
});

const signatures = new Table({
  name: 'trust_signatures',
  columns: [key('proposal'), key('person'), key('credential'), word('tenant'), text('signature'), word('at')],
  foreignKeys: [
    {
      name: 'trust_signatures_proposal_fk',
      columnNames: ['proposal'],
      referencedTableName: 'trust_proposals',
      referencedColumnNames: ['id'],
    },
  ],
});

/** Of which version it was said how many days before its end. */
const reminders = new Table({
  name: 'trust_reminders',
  columns: [key('hash'), key('days', 'integer'), word('tenant'), word('at')],
});

/** `hash` is the signed statement's. */
const stops = new Table({
  name: 'stops',
  columns: [
    key('hash'),
    word('tenant'),
    word('person'),
    wordOrNull('digest'),
    text('signature'),
    word('at'),
    textOrNull('lift'),
    wordOrNull('lifted_by'),
    wordOrNull('lifted_at'),
  ],
  indices: [{ name: 'stops_tenant', columnNames: ['tenant', 'lifted_at'] }],
});

export const TRUST_TABLES = [passkeys, recoveryKeys, versions, proposals, signatures, reminders, stops];
