import type {
  ApiKey,
  ApiKeyRepository,
  ChainVouch,
  EnrolledGateway,
  GatewayPin,
  GatewayRepository,
  KeyUse,
  Person,
  SigningKeyRepository,
  StoredKey,
} from '@countersign/access';
import { type EntityManager, In, IsNull, LessThan, Not } from 'typeorm';
import type { Sealer } from '../engine/secrets/seal.js';
import { sealIn } from '../engine/secrets/seal-in.js';
import { ApiKeyEntity, GatewayEntity, SigningKeyEntity } from '../entities/credentials.entity.js';
import { PersonEntity } from '../entities/person.entity.js';
import { type OrganisationWriter, toPerson } from './organisation.js';
import { query, selectRows } from './plain-rows.js';
import { signedByAllLanes } from './signed-by-all-lanes.js';

export class ApiKeys implements ApiKeyRepository {
  constructor(
    private readonly manager: EntityManager,
    private readonly people: Pick<OrganisationWriter, 'person' | 'prefetch'>,
  ) {}

  async find(id: string): Promise<ApiKey | null> {
    const row = await this.manager.findOneBy(ApiKeyEntity, { id });
    return row === null ? null : { ...row };
  }

  async findByHash(hash: string): Promise<{ key: ApiKey; person: Person } | null> {
    const found = selectRows(this.manager, ApiKeyEntity, 'WHERE hash = ?', [hash]);
    const [[key]] = await Promise.all([found, this.people.prefetch()]);
    return key === undefined ? null : this.belonging(key);
  }

  async withPerson(id: string): Promise<{ key: ApiKey; person: Person } | null> {
    const key = await this.find(id);
    return key === null ? null : this.belonging(key);
  }

  private async belonging(key: ApiKey): Promise<{ key: ApiKey; person: Person } | null> {
    const person = await this.people.person(key.person);
    // A foreign key holds that there is one.
    return person === null ? null : { key, person };
  }

  async list(): Promise<{ key: ApiKey; person: Person }[]> {
    const keys = await this.manager.find(ApiKeyEntity, { order: { id: 'ASC' } });
    const people = await this.manager.find(PersonEntity);
    const byId = new Map(people.map((row) => [row.id, toPerson(row)]));
    return keys.flatMap((key) => {
      const person = byId.get(key.person);
      return person === undefined ? [] : [{ key: { ...key }, person }];
    });
  }

  async ofPerson(person: string): Promise<ApiKey[]> {
    const rows = await this.manager.find(ApiKeyEntity, { where: { person }, order: { id: 'ASC' } });
    return rows.map((row) => ({ ...row }));
  }

  async insert(key: ApiKey): Promise<void> {
    await this.manager.insert(ApiKeyEntity, { ...key });
  }

  async revoke(id: string, at: string): Promise<boolean> {
    const { affected } = await this.manager.update(
      ApiKeyEntity,
      { id, revokedAt: IsNull() },
      { revokedAt: at },
    );
    return affected === 1;
  }

  async revokeAllOf(person: string, at: string): Promise<void> {
    await this.manager.update(ApiKeyEntity, { person, revokedAt: IsNull() }, { revokedAt: at });
  }

  async signedIn(person: string, at: string): Promise<void> {
    await this.manager.update(ApiKeyEntity, { person, revokedAt: IsNull() }, { signedInAt: at });
  }
}

export class Gateways implements GatewayRepository {
  constructor(private readonly manager: EntityManager) {}

  async find(id: string): Promise<EnrolledGateway | null> {
    const row = await this.manager.findOneBy(GatewayEntity, { id });
    return row === null ? null : { ...row };
  }

  async list(): Promise<EnrolledGateway[]> {
    const rows = await this.manager.find(GatewayEntity, { order: { id: 'ASC' } });
    return rows.map((row) => ({ ...row }));
  }

  async insert(gateway: EnrolledGateway): Promise<void> {
    await this.manager.insert(GatewayEntity, { ...gateway });
  }

  async revoke(id: string, at: string): Promise<boolean> {
    const { affected } = await this.manager.update(
      GatewayEntity,
      { id, revokedAt: IsNull() },
      { revokedAt: at },
    );
    return affected === 1;
  }

  async registerIdentity(id: string, publicKey: string, at: string): Promise<boolean> {
    const { affected } = await this.manager.update(
      GatewayEntity,
      { id, publicKey: IsNull() },
      { publicKey, lastSeenAt: at },
    );
    return affected === 1;
  }

  async vanished(silentBefore: string | null): Promise<EnrolledGateway[]> {
    const rows = await this.manager.findBy(GatewayEntity, [
      { closedAt: IsNull(), revokedAt: Not(IsNull()) },
      ...(silentBefore === null ? [] : [{ closedAt: IsNull(), lastSeenAt: LessThan(silentBefore) }]),
    ]);
    return rows.map((row) => ({ ...row }));
  }

  async seen(ids: readonly string[], at: string): Promise<EnrolledGateway[]> {
    const these = { id: In([...ids]), revokedAt: IsNull() };
    const back = await this.manager.findBy(GatewayEntity, { ...these, closedAt: Not(IsNull()) });
    await this.manager.update(GatewayEntity, these, { lastSeenAt: at, closedAt: null });
    return back.map((row) => ({ ...row }));
  }

  async setPins(id: string, pins: GatewayPin[], pinsAt: string | null): Promise<void> {
    await this.manager.update(GatewayEntity, { id }, { pins, pinsAt });
  }

  async setVersion(id: string, version: string, forms: string): Promise<void> {
    await this.manager.update(GatewayEntity, { id }, { version, forms });
  }

  async headsWanted(
    id: string,
    { since, now }: { since: string; now: string },
    limit: number,
  ): Promise<{ tenant: string; after: string }[]> {
    const rows = await query<{ tenant: string; after: string; head: string | null }>(
      this.manager,
      `SELECT w.tenant AS tenant, w.after AS after, c.head AS head
       FROM head_wants w LEFT JOIN record_chains c ON c.tenant = w.tenant AND c.gateway = ?
       WHERE w.after > ? AND w.after <= ? ORDER BY w.tenant`,
      [id, since, now],
    );
    const headsByTenant = new Map<string, { after: string; heads: ChainVouch[] }>();
    for (const { tenant, after, head } of rows) {
      const want = headsByTenant.get(tenant) ?? { after, heads: [] };
      if (head !== null) want.heads.push(JSON.parse(head) as ChainVouch);
      headsByTenant.set(tenant, want);
    }
    return [...headsByTenant]
      .filter(([, { after, heads }]) => !(Date.parse(signedByAllLanes(heads) ?? '') >= Date.parse(after)))
      .map(([tenant, { after }]) => ({ tenant, after }))
      .slice(0, limit);
  }

  async close(id: string, at: string): Promise<boolean> {
    const { affected } = await this.manager.update(
      GatewayEntity,
      { id, closedAt: IsNull() },
      { closedAt: at },
    );
    return affected === 1;
  }
}

/** Private halves leave the database sealed and are opened only here. */
export class SigningKeys implements SigningKeyRepository {
  constructor(
    private readonly manager: EntityManager,
    private readonly sealer: Sealer,
  ) {}

  async list(use: KeyUse): Promise<StoredKey[]> {
    const rows = await selectRows(
      this.manager,
      SigningKeyEntity,
      'WHERE "use" = ? ORDER BY created_at, kid',
      [use],
    );
    return rows.map(({ sealedPem, ...row }) => ({
      ...row,
      secret: this.sealer.open(signingKeyPlace(row), sealedPem),
    }));
  }

  async insert({ secret, ...key }: StoredKey): Promise<void> {
    const sealedPem = await sealIn(this.manager, this.sealer, signingKeyPlace(key), secret);
    await this.manager.insert(SigningKeyEntity, { ...key, publicJwk: key.publicJwk as object, sealedPem });
  }

  async retire(kid: string, at: string): Promise<void> {
    await this.manager.update(SigningKeyEntity, { kid }, { retiresAt: at });
  }

  async revoke(kid: string, at: string): Promise<boolean> {
    const { affected } = await this.manager.update(
      SigningKeyEntity,
      { kid, revokedAt: IsNull() },
      { revokedAt: at },
    );
    return affected === 1;
  }
}

/** Where the private half of a key is sealed. */
export const signingKeyPlace = ({ kid, use }: Pick<StoredKey, 'kid' | 'use'>) =>
  ({ table: 'signing_keys', row: kid, purpose: `${use}-key` }) as const;
