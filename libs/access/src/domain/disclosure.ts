import { type DisclosureState, toInstant } from '@countersign/contract';
import { type TransitionTable, transition } from './transition-table.js';

export const DISCLOSURE_TRANSITIONS: TransitionTable<DisclosureState> = {
  due: ['late', 'given'],
  late: ['given'],
  given: ['acknowledged', 'disputed'],
  disputed: ['given'],
  acknowledged: [],
};

/** What the vendor says about an emergency. Texts are commitments; their openings stand beside. */
export interface DisclosureContent {
  by: string;
  at: string;
  /** False: looking back, the customer could have been asked. */
  needed: boolean;
  reason: string;
  /** What prevents the next emergency. */
  prevention: string;
  /** Counted by the broker from the gateways' records, not stated by the vendor. */
  calls: number;
  bytes: number;
  refused: number;
}

export interface DisclosureAnswer {
  by: string;
  at: string;
  /** The commitment; null if the customer gave no reason. A dispute has one. */
  reason: string | null;
}

/** The duty to explain one emergency, from the start of its grant. Instants are whole seconds, UTC. */
export interface Disclosure {
  /** The grant's id: one emergency has one disclosure. */
  id: string;
  request: string;
  tenant: string;
  service: string;
  requester: string;
  /** The vendor's reviewers who opened it. */
  reviewers: string[];
  state: DisclosureState;
  version: number;
  startedAt: string;
  dueAt: string;
  /** When it became late; null if it did not. It stays after the vendor has explained. */
  lateAt: string | null;
  content: DisclosureContent | null;
  answer: DisclosureAnswer | null;
}

/** The disclosure of a grant that starts now. @param seconds the tenant's term */
export function dueDisclosure(
  grant: { id: string; request: string; tenant: string; service: string; requester: string },
  by: { reviewers: string[]; now: Date; seconds: number },
): Disclosure {
  const { id, request, tenant, service, requester } = grant;
  return {
    ...{ id, request, tenant, service, requester, reviewers: by.reviewers, state: 'due', version: 1 },
    startedAt: toInstant(by.now),
    dueAt: toInstant(new Date(by.now.getTime() + by.seconds * 1_000)),
    ...{ lateAt: null, content: null, answer: null },
  };
}

function moved(disclosure: Disclosure, to: DisclosureState): Disclosure {
  const state = transition(DISCLOSURE_TRANSITIONS, disclosure.state, to);
  return { ...disclosure, state, version: disclosure.version + 1 };
}

export const isOverdue = ({ state, dueAt }: Disclosure, now: Date): boolean =>
  state === 'due' && Date.parse(dueAt) <= now.getTime();

/** The term is over. @throws Error if the vendor has explained */
export const markLate = (disclosure: Disclosure, at: string): Disclosure => ({
  ...moved(disclosure, 'late'),
  lateAt: at,
});

/** The vendor explains. After the term it is late, whether or not the job has marked it. */
export const giveDisclosure = (disclosure: Disclosure, content: DisclosureContent): Disclosure => ({
  ...moved(disclosure, 'given'),
  lateAt: disclosure.lateAt ?? (isOverdue(disclosure, new Date(content.at)) ? content.at : null),
  content,
  answer: null,
});

/** The customer answers. */
export const answerDisclosure = (
  disclosure: Disclosure,
  to: 'acknowledged' | 'disputed',
  answer: DisclosureAnswer,
): Disclosure => ({ ...moved(disclosure, to), answer });
