import type { AccessReview, AccessReviewSummary } from '@countersign/api';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { hasRole, may, useSession } from '../../api/session.js';
import { numberText, utcDayText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { SelectField } from '../../ui/field.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/query-states.js';
import { accessReviewTexts } from './access-review.text.js';
import { ItemSection } from './items.js';

/** The newest two years; older reviews are in the API. */
const SHOWN = '8';

const listQuery = (slug: string) => ({
  queryKey: ['access-reviews', slug],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    unwrap(
      api.GET('/api/v1/tenants/{slug}/access-reviews', {
        params: { path: { slug }, query: { limit: SHOWN } },
        signal,
      }),
    ),
});

const reviewQuery = (slug: string, id: string) => ({
  queryKey: ['access-reviews', slug, id],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    unwrap(api.GET('/api/v1/tenants/{slug}/access-reviews/{id}', { params: { path: { slug, id } }, signal })),
});

/** `/access-review`: the quarterly review in which a customer's admins confirm or end what lets in. */
export default function AccessReviewPage() {
  const text = useText(accessReviewTexts);
  const slug = useSession().tenant ?? '';
  const reviews = useQuery(listQuery(slug));
  return (
    <Page help="access-review" title={text.title} lead={text.lead}>
      <Loaded query={reviews}>
        {({ items }) => {
          const [newest] = items;
          return newest === undefined ? (
            <p className="soft">{text.none}</p>
          ) : (
            <Chosen slug={slug} reviews={items} newest={newest.id} />
          );
        }}
      </Loaded>
    </Page>
  );
}

function Chosen({
  slug,
  reviews,
  newest,
}: {
  slug: string;
  reviews: readonly AccessReviewSummary[];
  newest: string;
}) {
  const text = useText(accessReviewTexts);
  const language = useLanguage();
  const [chosen, setChosen] = useState<string | null>(null);
  const review = useQuery(reviewQuery(slug, chosen ?? newest));
  return (
    <div className="stack loose">
      {reviews.length < 2 ? null : (
        <SelectField
          label={text.other}
          value={chosen ?? newest}
          onChange={(event) => setChosen(event.target.value)}
        >
          {reviews.map(({ id, quarter }) => (
            <option key={id} value={id}>
              {text.quarter(utcDayText(quarter, language))}
            </option>
          ))}
        </SelectField>
      )}
      <Loaded query={review}>{(found) => <Found slug={slug} review={found} />}</Loaded>
    </div>
  );
}

function Found({ slug, review }: { slug: string; review: AccessReview }) {
  const session = useSession();
  const mayDecide = may(session, 'access-review.decide') && review.state === 'open';
  const kinds = [...new Set(review.items.map(({ kind }) => kind))];
  return (
    <>
      <State review={review} isAdmin={hasRole(session, 'admin')} mayDecide={mayDecide} />
      <Kept review={review} />
      {kinds.map((kind) => (
        <ItemSection
          key={kind}
          kind={kind}
          of={{ slug, id: review.id, mayDecide }}
          items={review.items.filter((item) => item.kind === kind)}
        />
      ))}
    </>
  );
}

/** How far the review is, and what silence means and when. */
function State({
  review: { quarter, state, counts, dueAt, missed },
  isAdmin,
  mayDecide,
}: {
  review: AccessReview;
  isAdmin: boolean;
  mayDecide: boolean;
}) {
  const text = useText(accessReviewTexts);
  const language = useLanguage();
  const waits = state === 'open' && counts.open > 0;
  return (
    <section className="stack near" aria-labelledby="state">
      <h2 id="state">{text.quarter(utcDayText(quarter, language))}</h2>
      <Notice tone={waits ? 'wait' : 'plain'} icon={waits ? 'wait' : 'done'}>
        <p className="strong">
          {waits
            ? text.open(numberText(counts.open, language))
            : state === 'open'
              ? text.answered
              : text.closed}
        </p>
        {waits ? (
          <>
            <p>
              {text.due} <Instant at={dueAt} />
            </p>
            <p>{text.silence}</p>
          </>
        ) : null}
        {state === 'open' && !mayDecide ? (
          <p className="soft">{isAdmin ? text.strong : text.readOnly}</p>
        ) : null}
        {missed.length === 0 ? null : (
          <p className="soft">{text.missed(missed.map((day) => utcDayText(day, language)).join(', '))}</p>
        )}
      </Notice>
    </section>
  );
}

/** What no one answered and what is still active: red, because someone has to look at it. */
function Kept({ review: { counts } }: { review: AccessReview }) {
  const text = useText(accessReviewTexts);
  const language = useLanguage();
  if (counts.kept === 0) return null;
  return (
    <Notice tone="stop" icon="alert">
      <p className="strong">{text.keptTitle(numberText(counts.kept, language))}</p>
      <p>{text.keptLead}</p>
    </Notice>
  );
}
