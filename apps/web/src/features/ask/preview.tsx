import type { Ask, Needs } from '@countersign/api';
import { durationText, refusalWords, stagesText } from '@countersign/wording';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { HowApproved, RiskReasons } from '../decision/risk.js';
import { askTexts } from './ask.text.js';

const TYPING_MS = 250;

/** What the request would need, while the form is being filled in. The broker's policy evaluator answers. */
export function Preview({
  ask,
  tenant,
  incomplete,
}: {
  ask: Ask | null;
  tenant: string;
  /** Says what the form still needs. Shown as long as it makes no request. */
  incomplete: string;
}) {
  const text = useText(askTexts);
  const language = useLanguage();
  const settled = useDebounced(ask, TYPING_MS);
  const preview = useQuery({
    queryKey: ['preview', settled],
    enabled: settled !== null,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/requests/preview', { body: settled as Ask, signal })),
  });
  return (
    <section className="sheet stack" aria-labelledby="next">
      <h2 id="next">{text.willNeed}</h2>
      <div className="stack near" aria-live="polite">
        {ask === null || preview.data === undefined ? (
          <p className="soft">{incomplete}</p>
        ) : preview.data.outcome === 'refused' ? (
          <Notice tone="stop" icon="stop">
            <p className="strong">{text.refusedTitle}</p>
            <ul className="bullets">
              {preview.data.refusals.map((refusal) => (
                <li key={`${refusal.code} ${refusal.pointer}`}>{refusalWords(refusal, language)}</li>
              ))}
            </ul>
          </Notice>
        ) : (
          <NeedsList needs={preview.data.needs} />
        )}
        {preview.error === null ? null : <ProblemNotice error={preview.error} />}
      </div>
      {tenant === '' ? null : <UsualDecisionTime tenant={tenant} />}
    </section>
  );
}

function NeedsList({ needs }: { needs: Needs | null }) {
  const text = useText(askTexts);
  const language = useLanguage();
  if (needs === null) return <p>{text.possible}</p>;
  const { stages = [] } = needs.customer;
  return (
    <>
      <RiskReasons needs={needs} />
      <ul className="bullets">
        <li>{text.vendorReviews(needs.vendor.required)}</li>
        <li>{text.customerApprovals(needs.customer.required)}</li>
        {stages.length === 0 ? null : <li>{stagesText(stages, language)}</li>}
        {needs.customer.countersignature ? <li>{text.countersigned}</li> : null}
      </ul>
      <HowApproved needs={needs} />
    </>
  );
}

function UsualDecisionTime({ tenant }: { tenant: string }) {
  const text = useText(askTexts);
  const language = useLanguage();
  const { data } = useQuery({
    queryKey: ['decision-times', tenant],
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/tenants/{slug}/decision-times', { params: { path: { slug: tenant } }, signal }),
      ),
  });
  if (data === undefined) return null;
  const { median, p90 } = data;
  if (median === null) return <p className="soft">{text.usuallyUnknown}</p>;
  return (
    <p className="soft">
      {text.usually(durationText(median, language))}{' '}
      {p90 === null ? null : text.slow(durationText(p90, language))}
    </p>
  );
}

/** The value after it has not changed for `quietMs`. Values are compared as JSON, because the form builds new objects. */
function useDebounced<T>(value: T, quietMs: number): T {
  const text = JSON.stringify(value);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), quietMs);
    return () => clearTimeout(timer);
  }, [text, quietMs]);
  return JSON.parse(settled) as T;
}
