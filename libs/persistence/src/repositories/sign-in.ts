import type {
  Identity,
  IdentityRepository,
  Person,
  Session,
  SessionRepository,
  SignalRepository,
  SignInAttempt,
  SignInAttemptRepository,
} from '@countersign/access';
import { type EntityManager, IsNull, LessThan, MoreThan } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import { PersonEntity, VENDOR_SIDE } from '../entities/person.entity.js';
import { PushSubscriptionEntity } from '../entities/push-subscription.entity.js';
import {
  IdentityEntity,
  ReceivedSignalEntity,
  SessionEntity,
  SignInAttemptEntity,
} from '../entities/sign-in.entity.js';
import { orConflict } from './conflict.js';
import { toPerson } from './organisation.js';
import { query } from './plain-rows.js';

export class Sessions implements SessionRepository {
  constructor(private readonly manager: EntityManager) {}

  async find(id: string): Promise<Session | null> {
    const row = await this.manager.findOneBy(SessionEntity, { id });
    return row === null ? null : { ...row };
  }

  async findByHash(hash: string): Promise<{ session: Session; person: Person } | null> {
    const session = await this.manager.findOneBy(SessionEntity, { hash });
    if (session === null) return null;
    const person = await this.manager.findOneByOrFail(PersonEntity, { id: session.person });
    return { session: { ...session }, person: toPerson(person) };
  }

  async ofPerson(person: string, now: string): Promise<Session[]> {
    const rows = await this.manager.find(SessionEntity, {
      where: { person, endedAt: IsNull(), expiresAt: MoreThan(comparable(now)) },
      order: { id: 'DESC' },
    });
    return rows.map((row) => ({ ...row }));
  }

  async insert(session: Session): Promise<void> {
    await this.manager.insert(SessionEntity, { ...session });
  }

  async noteZone(person: string, zone: string): Promise<void> {
    // Only a change is written. On PostgreSQL even an update of no row makes all brokers read the organisation again.
    const row = await this.manager.findOneBy(PersonEntity, { id: person });
    if (row !== null && row.zone !== zone) await this.manager.update(PersonEntity, { id: person }, { zone });
  }

  async touch(id: string, at: string): Promise<void> {
    await this.manager.update(SessionEntity, { id, seenAt: LessThan(comparable(at)) }, { seenAt: at });
  }

  async end(id: string, at: string): Promise<boolean> {
    await this.manager.update(SessionEntity, { parent: id, endedAt: IsNull() }, { endedAt: at });
    await this.manager.delete(PushSubscriptionEntity, { session: id });
    const { affected } = await this.manager.update(SessionEntity, { id, endedAt: IsNull() }, { endedAt: at });
    return affected === 1;
  }

  async endAllOf(person: string, at: string): Promise<void> {
    await this.manager.update(SessionEntity, { person, endedAt: IsNull() }, { endedAt: at });
    await this.manager.delete(PushSubscriptionEntity, { person });
  }

  async purge(before: string): Promise<void> {
    await this.manager.delete(SessionEntity, { expiresAt: LessThan(comparable(before)) });
  }
}

export class Identities implements IdentityRepository {
  constructor(private readonly manager: EntityManager) {}

  async find(tenant: string | null, issuer: string, subject: string): Promise<Identity | null> {
    const side = tenant ?? VENDOR_SIDE;
    return toIdentity(await this.manager.findOneBy(IdentityEntity, { side, issuer, subject }));
  }

  async ofPerson(person: string, issuer: string): Promise<Identity | null> {
    return toIdentity(await this.manager.findOneBy(IdentityEntity, { person, issuer }));
  }

  async insert({ tenant, ...identity }: Identity): Promise<void> {
    await orConflict(
      this.manager.insert(IdentityEntity, { ...identity, side: tenant ?? VENDOR_SIDE }),
      'This identity was pinned at the same moment.',
    );
  }

  async forget(person: string): Promise<void> {
    await this.manager.delete(IdentityEntity, { person });
  }
}

const toIdentity = (row: IdentityEntity | null): Identity | null => {
  if (row === null) return null;
  const { side, ...identity } = row;
  return { ...identity, tenant: side === VENDOR_SIDE ? null : side };
};

export class SignInAttempts implements SignInAttemptRepository {
  constructor(private readonly manager: EntityManager) {}

  async insert(attempt: SignInAttempt): Promise<void> {
    await this.manager.insert(SignInAttemptEntity, { ...attempt });
  }

  async find(hash: string): Promise<SignInAttempt | null> {
    const row = await this.manager.findOneBy(SignInAttemptEntity, { hash });
    return row === null ? null : { ...row };
  }

  async ofBrowser(browser: string, kind: SignInAttempt['kind']): Promise<SignInAttempt[]> {
    const rows = await this.manager.find(SignInAttemptEntity, {
      where: { browser, kind },
      order: { createdAt: 'DESC' },
    });
    return rows.map((row) => ({ ...row }));
  }

  async take(hash: string): Promise<boolean> {
    const { affected } = await this.manager.delete(SignInAttemptEntity, { hash });
    return affected === 1;
  }

  async miss(hash: string): Promise<number> {
    await this.manager.increment(SignInAttemptEntity, { hash }, 'misses', 1);
    return (await this.find(hash))?.misses ?? Number.POSITIVE_INFINITY;
  }

  async dropAllOf(person: string): Promise<void> {
    await this.manager.delete(SignInAttemptEntity, { person });
  }

  async purge(before: string): Promise<void> {
    await this.manager.delete(SignInAttemptEntity, { expiresAt: LessThan(comparable(before)) });
  }
}

export class Signals implements SignalRepository {
  constructor(private readonly manager: EntityManager) {}

  async remember(hash: string, at: string): Promise<boolean> {
    // In one statement: of two brokers that receive it at once, the second one waits, and learns that it is there.
    const sql =
      'INSERT INTO received_signals (hash, received_at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING hash';
    const answer = await query(this.manager, sql, [hash, comparable(at)]);
    return answer.length === 1;
  }

  async purge(before: string): Promise<void> {
    await this.manager.delete(ReceivedSignalEntity, { receivedAt: LessThan(comparable(before)) });
  }
}
