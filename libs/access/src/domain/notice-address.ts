import { type TransitionTable, transition } from './transition-table.js';

/** A tenant has at most so many, and adds at most so many a day: each gets a mail that it may not want. */
export const MAX_NOTICE_ADDRESSES = 20;
/** How long a code counts that was mailed to a new address. */
export const ADDRESS_CODE_HOURS = 24;
/** So many wrong codes end it: the address is then added again. */
export const MAX_ADDRESS_MISSES = 5;

/** What an address can be notified of. */
export const NOTICE_TOPICS = [
  'emergency',
  'disclosure',
  'demand',
  'access',
  'supervision',
  'widening',
  'trust',
  'review',
  'practice',
  'statement',
] as const;
export type NoticeTopic = (typeof NOTICE_TOPICS)[number];

/** `waiting`: a code was mailed to it. `active`: it gets notices. */
export const NOTICE_ADDRESS_STATES = ['waiting', 'active', 'removed'] as const;
export type NoticeAddressState = (typeof NOTICE_ADDRESS_STATES)[number];
export const NOTICE_ADDRESS_TRANSITIONS: TransitionTable<NoticeAddressState> = {
  waiting: ['active', 'removed'],
  active: ['removed'],
  removed: [],
};

/** A mailbox of a tenant that gets notices and signs no one in. Instants are whole seconds, UTC. */
export interface NoticeAddress {
  /** `nad_…` */
  id: string;
  tenant: string;
  /** Exactly as mail is sent to it; empty once it is removed. */
  address: string;
  /** Its normal form, of which a tenant has one; the id once it is removed. */
  normalised: string;
  topics: NoticeTopic[];
  state: NoticeAddressState;
  version: number;
  /** Hash of the code that was mailed; null once it is active or removed. */
  codeHash: string | null;
  codeUntil: string;
  misses: number;
  addedBy: string;
  addedAt: string;
  confirmedAt: string | null;
  removedAt: string | null;
}

/** Whether the code that was mailed can still confirm it. */
export const isCodeOpen = ({ state, codeUntil, misses }: NoticeAddress, now: Date): boolean =>
  state === 'waiting' && misses < MAX_ADDRESS_MISSES && now.getTime() < Date.parse(codeUntil);

/** @throws Error if it was confirmed or removed already */
export const confirmedAddress = (address: NoticeAddress, at: string): NoticeAddress => ({
  ...address,
  state: transition(NOTICE_ADDRESS_TRANSITIONS, address.state, 'active'),
  ...{ version: address.version + 1, codeHash: null, confirmedAt: at },
});

/** Without the address itself: it may be a person's name. @throws Error if it was removed already */
export const removedAddress = (address: NoticeAddress, at: string): NoticeAddress => ({
  ...address,
  state: transition(NOTICE_ADDRESS_TRANSITIONS, address.state, 'removed'),
  ...{ version: address.version + 1, codeHash: null, removedAt: at, address: '', normalised: address.id },
});
