import type {
  ProposalSignature,
  TrustProposal,
  TrustRepository,
  TrustReset,
  TrustVersion,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import {
  TrustProposalEntity,
  TrustReminderEntity,
  TrustResetEntity,
  TrustSignatureEntity,
  TrustVersionEntity,
} from '../entities/trust.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';
import { inChunks } from './many-rows.js';
import { among, query } from './plain-rows.js';

/** The chain of trust documents, and the proposal of the next. */
export class Trust extends BoundRepository<TrustVersionEntity> implements TrustRepository {
  readonly #current = new Map<string, Promise<TrustVersion | null>>();

  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, TrustVersionEntity);
  }

  /** Several steps of a unit ask for it. In a unit of one tenant only that unit can change it meanwhile (`adopt`). */
  current(tenant: string): Promise<TrustVersion | null> {
    if (this.reach === 'all-tenants') return this.readCurrent(tenant);
    const known = this.#current.get(tenant) ?? this.readCurrent(tenant);
    this.#current.set(tenant, known);
    return known;
  }

  private async readCurrent(tenant: string): Promise<TrustVersion | null> {
    const [row] = await this.select('tenant = ? ORDER BY chain DESC, seq DESC LIMIT 1', [tenant]);
    return row === undefined ? null : toVersion(row);
  }

  async claimed(tenants: readonly string[]): Promise<Set<string>> {
    const own = tenants.filter((tenant) => this.reaches(tenant));
    const rows = await inChunks(own, (chunk) => {
      const [those, names] = among(this.manager, 'tenant', chunk);
      const sql = `SELECT DISTINCT tenant FROM trust_versions WHERE ${those}`;
      return query<{ tenant: string }>(this.manager, sql, names);
    });
    return new Set(rows.map(({ tenant }) => tenant));
  }

  async chain(tenant: string): Promise<TrustVersion[]> {
    const last = await this.current(tenant);
    if (last === null) return [];
    const rows = await this.rows()
      .andWhere('row.tenant = :tenant AND row.chain = :chain', { tenant, chain: last.chain })
      .orderBy('row.seq')
      .getMany();
    return rows.map(toVersion);
  }

  /** Chains that count of all tenants in reach, each oldest first. */
  async chains(): Promise<TrustVersion[]> {
    const rows = await this.rows()
      .orderBy('row.tenant')
      .addOrderBy('row.chain')
      .addOrderBy('row.seq')
      .getMany();
    const last = new Map(rows.map(({ tenant, chain }) => [tenant, chain]));
    return rows.filter(({ tenant, chain }) => last.get(tenant) === chain).map(toVersion);
  }

  /** Versions in force that end in this window and have no reminder yet at that distance. */
  async ending({ after, by }: { after: string; by: string }, days: number): Promise<TrustVersion[]> {
    const rows = await this.rows()
      .andWhere('row.validUntil > :after AND row.validUntil <= :by', {
        after: comparable(after),
        by: comparable(by),
      })
      .andWhere(
        'NOT EXISTS (SELECT 1 FROM trust_reminders said WHERE said.hash = row.hash AND said.days = :days)',
        { days },
      )
      .andWhere(
        'NOT EXISTS (SELECT 1 FROM trust_versions newer WHERE newer.tenant = row.tenant AND (newer.chain > row.chain OR newer.chain = row.chain AND newer.seq > row.seq))',
      )
      .getMany();
    return rows.map(toVersion);
  }

  async proposal(id: string): Promise<TrustProposal | null> {
    return this.found(await this.manager.findOneBy(TrustProposalEntity, { id }));
  }

  async openProposal(tenant: string): Promise<TrustProposal | null> {
    return this.found(await this.manager.findOneBy(TrustProposalEntity, { openFor: tenant }));
  }

  async signatures(proposal: string): Promise<ProposalSignature[]> {
    if ((await this.proposal(proposal)) === null) return [];
    const rows = await this.manager.find(TrustSignatureEntity, {
      where: { proposal },
      order: { at: 'ASC', person: 'ASC', credential: 'ASC' },
    });
    return rows.map(({ credential: _credential, ...row }) => row);
  }

  async adopt(version: TrustVersion): Promise<void> {
    this.requireOwnTenant(version);
    this.#current.clear();
    const { document, signatures } = version;
    const { seq, validUntil } = document;
    await orConflict(
      this.manager.insert(TrustVersionEntity, { ...version, document, signatures, seq, validUntil }),
      'This version of the trust document was adopted at the same moment.',
    );
  }

  async propose(proposal: TrustProposal): Promise<void> {
    this.requireOwnTenant(proposal);
    await orConflict(
      this.manager.insert(TrustProposalEntity, { ...proposal, openFor: proposal.tenant }),
      'A proposal is open already: sign it or withdraw it first.',
    );
  }

  async updateProposal({ id, tenant, state, version, endedAt }: TrustProposal): Promise<boolean> {
    const before = { id, tenant: this.requireOwnTenant({ tenant }), version: version - 1 };
    const openFor = state === 'open' ? tenant : null;
    const change = { state, version, endedAt, openFor };
    return (await this.manager.update(TrustProposalEntity, before, change)).affected === 1;
  }

  async openReset(tenant: string): Promise<TrustReset | null> {
    if (this.reach !== 'all-tenants' && this.reach.tenant !== tenant) return null;
    const row = await this.manager.findOneBy(TrustResetEntity, { openFor: tenant });
    if (row === null) return null;
    const { openFor: _openFor, ...reset } = row;
    return reset;
  }

  async reset(id: string): Promise<TrustReset | null> {
    const row = await this.manager.findOneBy(TrustResetEntity, { id });
    if (row === null || (this.reach !== 'all-tenants' && row.tenant !== this.reach.tenant)) return null;
    const { openFor: _openFor, ...reset } = row;
    return reset;
  }

  async beginReset(reset: TrustReset): Promise<void> {
    this.requireOwnTenant(reset);
    await orConflict(
      this.manager.insert(TrustResetEntity, { ...reset, openFor: reset.tenant }),
      'A reset of this tenant is open already.',
    );
  }

  async endReset({ id, tenant, state, endedAt, endedBy }: TrustReset): Promise<boolean> {
    const open = { id, openFor: this.requireOwnTenant({ tenant }) };
    const change = { state, endedAt, endedBy, openFor: null };
    return (await this.manager.update(TrustResetEntity, open, change)).affected === 1;
  }

  async sign(signature: ProposalSignature): Promise<void> {
    this.requireOwnTenant(signature);
    await orConflict(
      this.manager.insert(TrustSignatureEntity, {
        ...signature,
        credential: signature.signature.credential,
      }),
      'This key has signed already.',
    );
  }

  async remind(hash: string, days: number, at: string): Promise<boolean> {
    if ((await this.manager.findOneBy(TrustReminderEntity, { hash, days })) !== null) return false;
    await this.manager.insert(TrustReminderEntity, { hash, days, tenant: this.tenant, at });
    return true;
  }

  private found(row: TrustProposalEntity | null): TrustProposal | null {
    if (row === null || (this.reach !== 'all-tenants' && row.tenant !== this.reach.tenant)) return null;
    const { openFor: _openFor, ...proposal } = row;
    return proposal;
  }
}

const toVersion = ({ seq: _seq, validUntil: _validUntil, ...row }: TrustVersionEntity): TrustVersion => row;
