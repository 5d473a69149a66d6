import type { NoticeChoices } from '../domain/notice-choices.js';
import type { PushSubscription } from '../domain/push-subscription.js';
import type { RequestTemplate } from '../domain/request-template.js';
import type { Entry } from './repository.js';

/** What a person keeps for themselves. It belongs to the deployment, no log contains it, and it is deleted with the person. */
export interface PersonalRepositories {
  templates: Entry<RequestTemplateRepository, 'save' | 'delete'>;
  preferences: Entry<PreferenceRepository, 'saveChoices' | 'chooseZone'>;
  pushSubscriptions: Entry<
    PushSubscriptionRepository,
    'insert' | 'delete' | 'noteResult' | 'followSession' | 'purge'
  >;
}

export interface RequestTemplateRepository {
  /** The templates of this person, oldest first. */
  ofPerson(person: string): Promise<RequestTemplate[]>;
  /** Inserts it, or changes the one with this id. @throws AccessError `conflict` if another one has its name */
  save(template: RequestTemplate): Promise<void>;
  /** @returns false if the person has no such template */
  delete(person: string, id: string): Promise<boolean>;
}

export interface PreferenceRepository {
  /** What these persons have switched off, without those who have chosen nothing. */
  choicesOf(persons: readonly string[]): Promise<Map<string, NoticeChoices>>;
  saveChoices(person: string, off: NoticeChoices, savedAt: string): Promise<void>;
  /** `zone`: the chosen one; `browserZone`: that of the browser of the last sign-in. IANA names, or null. */
  zones(person: string): Promise<{ zone: string | null; browserZone: string | null }>;
  chooseZone(person: string, zone: string | null): Promise<void>;
}

/** A session that ends, and a person who is removed, take their subscriptions with them: the repositories of both delete them. */
export interface PushSubscriptionRepository {
  /** Those that have not expired, the oldest first. */
  ofPersons(persons: readonly string[], now: string): Promise<PushSubscription[]>;
  find(id: string): Promise<PushSubscription | null>;
  /** @param hash SHA-256 of the endpoint, hex */
  ofEndpoint(hash: string): Promise<PushSubscription | null>;
  insert(subscription: PushSubscription): Promise<void>;
  delete(id: string): Promise<void>;
  /** What the push service answered; nothing if the subscription is gone. */
  noteResult(id: string, result: string, at: string): Promise<void>;
  /** The browser's session was replaced by a new one of the same person. */
  followSession(from: string, to: string, expiresAt: string): Promise<void>;
  /** Deletes those that expired before this instant. */
  purge(before: string): Promise<void>;
}
