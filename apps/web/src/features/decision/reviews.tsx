import type { AccessRequest, Review } from '@countersign/api';
import { useNames } from '../../api/organisation.js';
import { useText } from '../../text/language.js';
import { Instant } from '../../ui/clock.js';
import { Seal } from '../../ui/seal.js';
import { assuranceTexts, decisionTexts } from './decision.text.js';

/** All decisions so far: who decided what, when, and how they were signed in. */
export function Reviews({
  request,
  year = false,
}: {
  request: Pick<AccessRequest, 'reviews'>;
  year?: boolean;
}) {
  const name = useNames(request.reviews.map(({ person }) => person));
  if (request.reviews.length === 0) return null;
  return (
    <ul className="plain-list">
      {request.reviews.map((review) => (
        <li key={review.id}>
          <ReviewSeal review={review} who={name(review.person)} year={year} />
        </li>
      ))}
    </ul>
  );
}

function ReviewSeal({ review, who, year }: { review: Review; who: string; year: boolean }) {
  const text = useText(decisionTexts);
  const assurance = useText(assuranceTexts);
  const isSigned = review.assurance === 'passkey';
  const title = {
    approve: isSigned ? text.signedBy(who) : text.approvedBy(who),
    deny: text.deniedBy(who),
    counter: text.offeredBy(who),
  }[review.decision];
  return (
    <Seal tone={review.decision === 'deny' ? 'stop' : 'accent'}>
      <p className="strong">{title}</p>
      <p>
        <Instant at={review.at} seconds year={year} /> ·{' '}
        {review.side === 'vendor' ? text.forVendor : text.forCustomer} · {assurance[review.assurance]}
        {review.side === 'customer' && !isSigned ? ` · ${assurance.word}` : null}
      </p>
      {review.reason === null ? null : <p>“{review.reason}”</p>}
    </Seal>
  );
}
