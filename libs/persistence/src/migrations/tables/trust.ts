import { Table } from 'typeorm';
import { integer, key, refers, text, textOrNull, word, wordOrNull } from '../columns.js';

/**
 * Frozen: used by a released migration; write a new migration instead.
 *
 * What customers sign. `open_for` is the tenant while a proposal or a reset is open, and unique: one at a time. In
 * the order that foreign keys need.
 */
export const TRUST_TABLES: readonly Table[] = [
  new Table({
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
    foreignKeys: [refers('passkeys_person_fk', 'person', 'people')],
  }),
  new Table({
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
    foreignKeys: [refers('recovery_keys_person_fk', 'person', 'people')],
  }),
  new Table({
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
  }),
  new Table({
    name: 'trust_proposals',
    columns: [
      key('id'),
      word('tenant'),
      word('state'),
      integer('version'),
      wordOrNull('open_for'),
      word('hash'),
      text('document'),
      textOrNull('controls'),
      word('proposed_by'),
      word('created_at'),
      wordOrNull('ended_at'),
    ],
    indices: [{ name: 'trust_proposals_one_open', columnNames: ['open_for'], isUnique: true }],
  }),
  new Table({
    name: 'trust_signatures',
    columns: [
      key('proposal'),
      key('person'),
      key('credential'),
      word('tenant'),
      text('signature'),
      word('at'),
    ],
    foreignKeys: [refers('trust_signatures_proposal_fk', 'proposal', 'trust_proposals')],
  }),
  new Table({
    name: 'trust_reminders',
    columns: [key('hash'), key('days', 'integer'), word('tenant'), word('at')],
  }),
  new Table({
    name: 'trust_resets',
    columns: [
      key('id'),
      word('tenant'),
      word('state'),
      wordOrNull('open_for'),
      text('reason'),
      word('created_at'),
      wordOrNull('ended_at'),
      wordOrNull('ended_by'),
    ],
    indices: [{ name: 'trust_resets_one_open', columnNames: ['open_for'], isUnique: true }],
  }),
  new Table({
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
  }),
  new Table({
    name: 'relayed_stops',
    columns: [key('id'), word('tenant'), word('gateway'), text('signature'), word('at')],
    indices: [
      { name: 'relayed_stops_tenant', columnNames: ['tenant', 'at'] },
      { name: 'relayed_stops_gateway', columnNames: ['gateway'] },
    ],
  }),
];
