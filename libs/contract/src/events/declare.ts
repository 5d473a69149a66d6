import type { Signature, Statement } from '../statement/signature.js';
import { form, type Members, members, oneOf, text } from './shape.js';

/** The logs that there are: each tenant's own, the deployment's, which every tenant may read, and the vendor's own. */
export type LogKind = 'tenant' | 'deployment' | 'vendor';
/** Who causes events: a person, a gateway, a job of the broker, or the operator of its host. */
export type ActorKind = 'person' | 'gateway' | 'job' | 'host';

/** One type of event. */
export interface EventDeclaration {
  /** The logs that it goes to. */
  readonly log: readonly LogKind[];
  readonly by: readonly ActorKind[];
  /** The members of its data, all that there are. */
  readonly data: Members;
  /** The personal values that it may commit to, by name; absent: none. */
  readonly commits?: readonly string[];
}

/** Declares the events of one resource. */
export const events = <const T extends Readonly<Record<string, EventDeclaration>>>(declared: T): T =>
  declared;

/** What most events go to. */
export const TENANT = ['tenant'] as const;

export const SIDE = oneOf(['vendor', 'customer']);

/** What each event about a request names: its terms by their digest. */
export const REQUEST = { request: text, requester: text, digest: text } as const;

export const signature = <S extends Statement>() => form<Signature<S>>('signature');

/** A signature without its statement, which the leaf has already. */
export const PROOF = members({
  credential: text,
  authenticatorData: text,
  clientDataJSON: text,
  signature: text,
});
