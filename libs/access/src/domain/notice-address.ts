import type { NoticeTopic } from '@countersign/contract';
import { type TransitionTable, transition } from './transition-table.js';

/** How many addresses a tenant may have, and may add in a day. A limit, because each new address gets a mail. */
export const MAX_NOTICE_ADDRESSES = 20;
/** How long the code that was mailed to a new address is valid. */
export const ADDRESS_CODE_HOURS = 24;
/** After this many wrong codes the code is invalid, and the address has to be added again. */
export const MAX_ADDRESS_MISSES = 5;

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
  /** Its normal form, unique in the tenant; the id once the address is removed. */
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

/** Whether the mailed code can still confirm the address. */
export const isCodeOpen = ({ state, codeUntil, misses }: NoticeAddress, now: Date): boolean =>
  state === 'waiting' && misses < MAX_ADDRESS_MISSES && now.getTime() < Date.parse(codeUntil);

/** The address once its code was typed in. @throws Error if it was confirmed or removed already */
export const confirmedAddress = (address: NoticeAddress, at: string): NoticeAddress => ({
  ...address,
  state: transition(NOTICE_ADDRESS_TRANSITIONS, address.state, 'active'),
  ...{ version: address.version + 1, codeHash: null, confirmedAt: at },
});

/** The removed address, without its text, which may contain a person's name. @throws Error if it was removed already */
export const removedAddress = (address: NoticeAddress, at: string): NoticeAddress => ({
  ...address,
  state: transition(NOTICE_ADDRESS_TRANSITIONS, address.state, 'removed'),
  ...{ version: address.version + 1, codeHash: null, removedAt: at, address: '', normalised: address.id },
});
