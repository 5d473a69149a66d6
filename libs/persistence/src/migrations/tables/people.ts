import { Table } from 'typeorm';
import { integer, key, refers, text, textOrNull, word, wordOrNull } from '../columns.js';

/** Who people are, how they sign in, and what their own provider says of them. In the order that foreign keys need. */
export const PEOPLE_TABLES: readonly Table[] = [
  new Table({
    name: 'people',
    columns: [
      key('id'),
      word('side'),
      word('email'),
      text('name'),
      text('roles'),
      textOrNull('staff_groups'),
      wordOrNull('removed_at'),
      wordOrNull('address'),
      wordOrNull('roles_since'),
      textOrNull('facts'),
      wordOrNull('zone'),
      wordOrNull('chosen_zone'),
    ],
    indices: [
      { name: 'people_one_per_side_and_email', columnNames: ['side', 'email'], isUnique: true },
      { name: 'people_email', columnNames: ['email'] },
    ],
  }),
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
      wordOrNull('signed_in_at'),
    ],
    indices: [
      { name: 'api_keys_hash', columnNames: ['hash'], isUnique: true },
      { name: 'api_keys_person', columnNames: ['person'] },
    ],
    foreignKeys: [refers('api_keys_person_fk', 'person', 'people')],
  }),
  new Table({
    name: 'sessions',
    columns: [
      key('id'),
      word('hash'),
      word('person'),
      word('kind'),
      word('assurance'),
      text('device'),
      wordOrNull('parent'),
      word('created_at'),
      word('seen_at'),
      word('expires_at'),
      wordOrNull('ended_at'),
      wordOrNull('authenticated_at'),
    ],
    indices: [
      { name: 'sessions_hash', columnNames: ['hash'], isUnique: true },
      { name: 'sessions_person', columnNames: ['person', 'ended_at', 'expires_at'] },
      { name: 'sessions_parent', columnNames: ['parent'] },
      { name: 'sessions_expiry', columnNames: ['expires_at'] },
    ],
    foreignKeys: [refers('sessions_person_fk', 'person', 'people')],
  }),
  new Table({
    name: 'identities',
    columns: [key('side'), key('issuer'), key('subject'), word('person'), word('pinned_at')],
    indices: [{ name: 'identities_one_per_person', columnNames: ['person', 'issuer'], isUnique: true }],
    foreignKeys: [refers('identities_person_fk', 'person', 'people')],
  }),
  new Table({
    name: 'sign_in_attempts',
    columns: [
      key('hash'),
      word('kind'),
      wordOrNull('person'),
      wordOrNull('browser'),
      text('data'),
      integer('misses'),
      word('created_at'),
      word('expires_at'),
    ],
    indices: [
      { name: 'sign_in_attempts_browser', columnNames: ['browser', 'kind'] },
      { name: 'sign_in_attempts_person', columnNames: ['person', 'kind'] },
      { name: 'sign_in_attempts_expiry', columnNames: ['expires_at'] },
    ],
  }),
  new Table({
    name: 'scim_tokens',
    columns: [
      key('id'),
      word('hash'),
      word('side'),
      word('created_at'),
      word('expires_at'),
      wordOrNull('revoked_at'),
    ],
    indices: [{ name: 'scim_tokens_hash', columnNames: ['hash'], isUnique: true }],
  }),
  new Table({
    name: 'scim_users',
    columns: [
      key('person'),
      word('side'),
      wordOrNull('external_id'),
      text('profile'),
      word('created_at'),
      word('modified_at'),
    ],
    indices: [
      { name: 'scim_users_side', columnNames: ['side'] },
      { name: 'scim_users_external_id', columnNames: ['side', 'external_id'] },
    ],
    foreignKeys: [refers('scim_users_person_fk', 'person', 'people')],
  }),
  new Table({
    name: 'scim_groups',
    columns: [
      key('id'),
      word('side'),
      text('name'),
      wordOrNull('external_id'),
      word('created_at'),
      word('modified_at'),
    ],
    indices: [{ name: 'scim_groups_one_per_side_and_name', columnNames: ['side', 'name'], isUnique: true }],
  }),
  new Table({
    name: 'scim_members',
    columns: [key('group_id'), key('person'), word('side')],
    indices: [
      { name: 'scim_members_person', columnNames: ['person'] },
      { name: 'scim_members_side', columnNames: ['side'] },
    ],
    foreignKeys: [
      refers('scim_members_group_fk', 'group_id', 'scim_groups'),
      refers('scim_members_person_fk', 'person', 'people'),
    ],
  }),
  new Table({
    name: 'received_signals',
    columns: [key('hash'), word('received_at')],
    indices: [{ name: 'received_signals_age', columnNames: ['received_at'] }],
  }),
];
