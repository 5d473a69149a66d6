import {
  type ApprovalStatement,
  canonicalJson,
  type Opening,
  openCommitment,
  type Terms,
  termsDigest,
  toInstant,
} from '@countersign/contract';
import { PasskeyProblem } from './passkey-problem.js';
import { hashed } from './web-hashing.js';

/** What the approver has read on the page. */
export interface Shown {
  terms: Terms;
  /** Texts that the terms only commit to, as shown. */
  openings: Readonly<Record<string, Opening>>;
  person: string;
  decision: ApprovalStatement['decision'];
}

/**
 * The approval or denial of what is shown, made here: of what the broker offers to be signed only the moment, the trust document's
 * hash and where the log stands are taken over. Pure, and the same for the pages and for a customer's own signing page.
 *
 * @throws PasskeyProblem `differs` where the broker offers anything else
 */
export async function approvalOf(shown: Shown, offered: ApprovalStatement): Promise<ApprovalStatement> {
  const { terms, person, decision } = shown;
  const { deployment, tenant, startsAt, lapsesAt, seconds } = terms;
  const { trust, log, notBefore } = offered;
  const made: ApprovalStatement = {
    type: 'countersign/approval/v1',
    deployment,
    tenant,
    digest: await hashed((hashing) => termsDigest(hashing, terms)),
    decision,
    person,
    ...(decision === 'deny'
      ? {}
      : {
          notBefore: startsAt ?? notBefore ?? '',
          notAfter: toInstant(new Date(Date.parse(startsAt ?? lapsesAt) + seconds * 1_000)),
        }),
    ...(trust === undefined ? {} : { trust }),
    log,
  };
  if (canonicalJson(made) !== canonicalJson(offered) || !(await isOpened(shown)))
    throw new PasskeyProblem('differs');
  return made;
}

/** The reason and the ticket that are shown are the ones that the terms commit to. */
function isOpened({ terms, openings }: Shown): Promise<boolean> {
  const committed = { justification: terms.justification, ticket: terms.ticket };
  return hashed((hashing) =>
    Object.entries(openings).every(([name, opening]) => {
      const commitment = committed[name as keyof typeof committed];
      return commitment !== undefined && openCommitment(hashing, name, opening, commitment);
    }),
  );
}
