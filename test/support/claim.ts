import type { RecoveryJwk, Signature, TrustDocument } from '@countersign/contract';
import type { Answer } from '../e2e/harness.js';
import { expectStatus } from '../e2e/story.js';
import { AT } from '../factories/trust.js';
import type { Authenticator } from './authenticator.js';
import type { Customer } from './customer.js';

export type Proposal = {
  id: string;
  state: string;
  hash: string;
  document: TrustDocument;
  needs: { persons: number; keys: string[] };
};

export type Trust = {
  claimed: boolean;
  trust: string | null;
  document: TrustDocument | null;
  signatures: Signature<TrustDocument>[];
  seq: number | null;
  vkey: string;
  log: { epoch: number; size: number; root: string };
  anchor: { deployment: string; tenant: string; trust: string; vkey: string; deploymentVkey: string } | null;
  chain: { seq: number; hash: string }[];
  proposal: Proposal | null;
  gateways: {
    id: string;
    name: string;
    pinned: string | null;
    atLeast: string[];
    current: string | null;
    behind: string | null;
  }[];
};

export const trustOf = (by: Customer): Promise<Trust> => by.ask<Trust>('GET', 'trust');
export const draftOf = (by: Customer): Promise<TrustDocument> => by.ask<TrustDocument>('GET', 'trust/draft');

export const propose = (by: Customer, document: TrustDocument): Promise<Proposal> =>
  by.ask<Proposal>('POST', 'trust/proposals', { document }, 201);

/** Submits this signature over the proposal. */
export const handIn = (by: Customer, { id }: Proposal, signature: Signature): Promise<Answer> =>
  by.call('POST', `trust/proposals/${id}/signatures`, { signature });

export async function signProposal(
  by: Customer,
  proposal: Proposal,
  key: Authenticator = by.key,
): Promise<Proposal> {
  const signature = key.sign(proposal.document, AT);
  return expectStatus(await handIn(by, proposal, signature), 201).body as Proposal;
}

/**
 * Claims the tenant for these people; the first is its admin. Each enrols two passkeys, and all of them sign.
 *
 * @param change changes the draft
 */
export async function claim(
  people: readonly [Customer, ...Customer[]],
  change: Partial<TrustDocument> & { recovery?: { person: string; jwk: RecoveryJwk }[] } = {},
): Promise<Proposal> {
  const [admin] = people;
  for (const person of people) for (const _ of [1, 2]) await person.enrol();
  let proposal = await propose(admin, { ...(await draftOf(admin)), ...change });
  for (const person of people)
    for (const key of person.authenticators) proposal = await signProposal(person, proposal, key);
  return proposal;
}
