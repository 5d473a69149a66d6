import { APPROVAL_TYPE, INVITATION_TYPE, invitationMismatches, statementHash } from '@countersign/contract';
import type { ConsentStep } from './countersign.js';
import { checkPersonSignature } from './person-signature.js';
import { refuse } from './refusal.js';

export const isOfThisDeployment: ConsentStep = ({ consent, terms, trust }) =>
  consent.deployment === trust.document.deployment && terms.deployment === trust.document.deployment
    ? undefined
    : refuse('wrong_deployment', 'the statement is of another deployment');

export const isOfThisTenant: ConsentStep = ({ consent, terms, trust }) =>
  consent.tenant === trust.document.tenant && terms.tenant === trust.document.tenant
    ? undefined
    : refuse('wrong_tenant', 'the statement is of another tenant');

/** An approval is of exactly one digest. */
export const approvesThisDigest: ConsentStep = ({ consent, digest }) =>
  consent.type !== APPROVAL_TYPE || consent.digest === digest
    ? undefined
    : refuse('wrong_digest', 'the approval is of other terms');

export const approves: ConsentStep = ({ consent }) =>
  consent.type !== APPROVAL_TYPE || consent.decision === 'approve'
    ? undefined
    : refuse('wrong_decision', 'the statement is a denial');

/** An invitation counts as its author's approval of terms that name it and fit it. */
export const invitesToTheseTerms: ConsentStep = ({ consent, terms, ports }) =>
  consent.type !== INVITATION_TYPE ||
  (terms.invitation === statementHash(ports.hashing, consent) &&
    invitationMismatches(terms, consent).length === 0)
    ? undefined
    : refuse('invitation_misfits', 'the terms do not lean on this invitation, or do not fit it');

/** The statement was signed under a version of this chain, whichever: its hash binds the signer to this history. */
export const namesThisTrust: ConsentStep = ({ consent, trust }) =>
  trust.versions.has(consent.trust ?? '')
    ? undefined
    : refuse('wrong_trust', 'the statement names no version of the pinned trust document');

/** By a passkey of the person whom the statement names, with user verification, at a listed origin. */
export const isSignedByItsPerson: ConsentStep = ({ consent, signature, trust, ports }) =>
  checkPersonSignature(signature, consent.person, trust.document, ports);
