import type {
  SlackAccount,
  SlackAccountRepository,
  SlackInstallation,
  SlackInstallationRepository,
  SlackPost,
  SlackPostRepository,
  SlackSeenRepository,
} from '@countersign/access';
import { type EntityManager, IsNull, LessThan } from 'typeorm';
import type { Sealer } from '../engine/secrets/seal.js';
import { sealIn } from '../engine/secrets/seal-in.js';
import { comparable } from '../entities/column-types.js';
import {
  SlackAccountEntity,
  SlackInstallationEntity,
  SlackPostEntity,
  SlackSeenEntity,
} from '../entities/slack.entity.js';
import { columnsOf, rowsSources } from './many-rows.js';
import { among, selectRows } from './plain-rows.js';

type Tokens = Pick<SlackInstallation, 'token' | 'refreshToken' | 'tokenExpiresAt'>;

/** Tokens leave the database sealed and are opened only here. */
export class SlackInstallations implements SlackInstallationRepository {
  constructor(
    private readonly manager: EntityManager,
    private readonly sealer: Sealer,
  ) {}

  async find(workspace: string): Promise<SlackInstallation | null> {
    const row = await this.manager.findOneBy(SlackInstallationEntity, { workspace });
    return row === null ? null : this.opened(row);
  }

  async list(): Promise<SlackInstallation[]> {
    const rows = await this.manager.find(SlackInstallationEntity, { order: { workspace: 'ASC' } });
    return rows.map((row) => this.opened(row));
  }

  async save({ token, refreshToken, ...rest }: Omit<SlackInstallation, 'version'>): Promise<void> {
    const before = await this.manager.findOneBy(SlackInstallationEntity, { workspace: rest.workspace });
    const sealedTokens = await this.sealed(rest.workspace, { token, refreshToken });
    const row = { ...rest, sealedTokens, version: (before?.version ?? 0) + 1 };
    await this.manager.upsert(SlackInstallationEntity, row, ['workspace']);
  }

  async rotate(workspace: string, version: number, { tokenExpiresAt, ...tokens }: Tokens): Promise<boolean> {
    const { affected } = await this.manager.update(
      SlackInstallationEntity,
      { workspace, version, endedAt: IsNull() },
      { sealedTokens: await this.sealed(workspace, tokens), tokenExpiresAt, version: version + 1 },
    );
    return affected === 1;
  }

  async end(workspace: string, reason: string, at: string): Promise<boolean> {
    const { affected } = await this.manager.update(
      SlackInstallationEntity,
      { workspace, endedAt: IsNull() },
      { endedAt: at, endReason: reason, sealedTokens: '' },
    );
    return affected === 1;
  }

  private sealed(workspace: string, tokens: Omit<Tokens, 'tokenExpiresAt'>): Promise<string> {
    return sealIn(this.manager, this.sealer, slackTokensPlace(workspace), JSON.stringify(tokens));
  }

  private opened({ sealedTokens, ...row }: SlackInstallationEntity): SlackInstallation {
    const none: Omit<Tokens, 'tokenExpiresAt'> = { token: '', refreshToken: null };
    const tokens: typeof none =
      sealedTokens === ''
        ? none
        : JSON.parse(this.sealer.open(slackTokensPlace(row.workspace), sealedTokens));
    return { ...row, ...tokens };
  }
}

/** Where the tokens of a workspace are sealed. */
export const slackTokensPlace = (workspace: string) =>
  ({ table: 'slack_installations', row: workspace, purpose: 'slack-tokens' }) as const;

export class SlackAccounts implements SlackAccountRepository {
  constructor(private readonly manager: EntityManager) {}

  async find(workspace: string, user: string): Promise<SlackAccount | null> {
    const row =
      (await this.manager.findOneBy(SlackAccountEntity, { workspace, user })) ??
      (await this.manager.findOneBy(SlackAccountEntity, { team: workspace, user }));
    return row === null ? null : { ...row };
  }

  ofPerson(person: string): Promise<SlackAccount[]> {
    return this.ofPersons([person]);
  }

  ofPersons(persons: readonly string[]): Promise<SlackAccount[]> {
    const [those, parameters] = among(this.manager, 'person', persons);
    const rest = `WHERE ${those} ORDER BY linked_at DESC, workspace, "user"`;
    return persons.length === 0
      ? Promise.resolve([])
      : selectRows(this.manager, SlackAccountEntity, rest, parameters);
  }

  async save(account: SlackAccount): Promise<void> {
    await this.manager.upsert(SlackAccountEntity, { ...account }, ['workspace', 'user']);
  }

  async forget(person: string, workspace: string, user: string): Promise<boolean> {
    const { affected } = await this.manager.delete(SlackAccountEntity, { person, workspace, user });
    return affected === 1;
  }

  async forgetAllOf(person: string): Promise<void> {
    await this.manager.delete(SlackAccountEntity, { person });
  }
}

export class SlackPosts implements SlackPostRepository {
  constructor(private readonly manager: EntityManager) {}

  async find(request: string, recipient: string): Promise<SlackPost | null> {
    const row = await this.manager.findOneBy(SlackPostEntity, { request, recipient });
    return row === null ? null : { ...row };
  }

  async ofRequest(request: string): Promise<SlackPost[]> {
    const rows = await this.manager.find(SlackPostEntity, {
      where: { request },
      order: { recipient: 'ASC' },
    });
    return rows.map((row) => ({ ...row }));
  }

  async save(post: SlackPost): Promise<void> {
    await this.manager.upsert(SlackPostEntity, { ...post }, ['request', 'recipient']);
  }

  async prune(before: string): Promise<number> {
    const { affected } = await this.manager.delete(SlackPostEntity, {
      updatedAt: LessThan(comparable(before)),
    });
    return affected ?? 0;
  }
}

export class SlackSeenHashes implements SlackSeenRepository {
  constructor(private readonly manager: EntityManager) {}

  async note(hash: string, until: string): Promise<boolean> {
    // In one statement: of two brokers that note it at once, the second one waits, and learns that it is there.
    const columns = columnsOf(this.manager, SlackSeenEntity);
    const rows = [{ hash, until: comparable(until) }];
    const added: unknown[] = [];
    for (const { sql, parameters } of rowsSources(this.manager, columns, rows))
      added.push(
        ...(await this.manager.query<unknown[]>(
          `INSERT INTO slack_seen (${columns.map(({ name }) => `"${name}"`).join(', ')}) ${sql}
           ON CONFLICT DO NOTHING RETURNING hash`,
          parameters,
        )),
      );
    return added.length === 1;
  }

  async forget(hash: string): Promise<void> {
    await this.manager.delete(SlackSeenEntity, { hash });
  }

  async purge(before: string): Promise<void> {
    await this.manager.delete(SlackSeenEntity, { until: LessThan(comparable(before)) });
  }
}
