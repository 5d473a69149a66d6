import type { CredentialRepository, LiveCredential } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import { VENDOR_SIDE } from '../entities/person.entity.js';
import { query } from './plain-rows.js';

interface Row {
  id: string;
  side: string;
  person: string;
  since: string;
  until: string;
}

/** API keys and sessions that open the API now, with their people's sides. */
export class LiveCredentials implements CredentialRepository {
  constructor(private readonly manager: EntityManager) {}

  async live(sides: readonly (string | null)[] | null, now: string): Promise<LiveCredential[]> {
    const names = sides?.map((side) => side ?? VENDOR_SIDE);
    const within = names === undefined ? '' : ` AND p.side IN (${names.map(() => '?').join(', ')})`;
    const read = (table: string, isOpen: string, parameters: unknown[]): Promise<Row[]> =>
      query<Row>(
        this.manager,
        `SELECT c.id AS id, p.side AS side, c.person AS person, c.created_at AS since, c.expires_at AS until
         FROM ${table} c JOIN people p ON p.id = c.person
         WHERE p.removed_at IS NULL AND ${isOpen}${within}`,
        [...parameters, ...(names ?? [])],
      );
    const at = comparable(now);
    // Instants of keys are not all written with milliseconds, so SQL cannot compare them.
    const keys = (await read('api_keys', 'c.revoked_at IS NULL', [])).filter(
      ({ until }) => Date.parse(until) > Date.parse(now),
    );
    const sessions = await read('sessions', 'c.ended_at IS NULL AND c.expires_at > ?', [at]);
    return [
      ...keys.map((row) => toCredential('api-key', row)),
      ...sessions.map((row) => toCredential('session', row)),
    ];
  }
}

const toCredential = (
  kind: LiveCredential['kind'],
  { id, side, person, since, until }: Row,
): LiveCredential => ({ kind, id, tenant: side === VENDOR_SIDE ? null : side, person, since, until });
