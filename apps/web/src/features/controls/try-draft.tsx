import { scopeWords } from '@countersign/wording';
import { useMutation } from '@tanstack/react-query';
import { api, type PrivacyControlsDraft, type PrivacyControlsTest } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { controlsTexts } from './controls.text.js';

/** Tries the controls as they stand in the form on past requests, before anyone saves them. */
export function TryDraft({
  slug,
  draft,
  disabled,
}: {
  slug: string;
  /** Null while the form is invalid. */
  draft: PrivacyControlsDraft | null;
  disabled: boolean;
}) {
  const text = useText(controlsTexts);
  const trial = useMutation({
    mutationFn: (body: PrivacyControlsDraft) =>
      unwrap(api.POST('/api/v1/tenants/{slug}/privacy-controls/test', { params: { path: { slug } }, body })),
  });
  return (
    <section className="stack near">
      <p>
        <Button
          disabled={disabled || draft === null}
          busy={trial.isPending}
          onClick={() => draft !== null && trial.mutate(draft)}
        >
          {text.tryDraft}
        </Button>
      </p>
      {trial.error === null ? null : <ProblemNotice error={trial.error} />}
      <div aria-live="polite">{trial.data === undefined ? null : <Outcome test={trial.data} />}</div>
    </section>
  );
}

const detailsOf = ({ refusals }: PrivacyControlsTest['items'][number]['now']): string =>
  refusals.map(({ detail }) => detail).join(' ');

function Outcome({ test: { tested, newlyRefused, newlyPossible, items } }: { test: PrivacyControlsTest }) {
  const text = useText(controlsTexts);
  const language = useLanguage();
  const others = items.length - newlyRefused - newlyPossible;
  return (
    <div className="stack near">
      <Notice tone="plain" icon="info">
        <p>{text.tried(tested, newlyRefused, newlyPossible, others)}</p>
      </Notice>
      {items.length === 0 ? null : (
        <DataTable
          caption={text.triedCaption}
          rows={items}
          rowKey={({ request }) => request}
          columns={[
            { label: text.triedWhat, cell: ({ scope }) => scopeWords(scope, language) },
            { label: text.triedNow, cell: ({ now }) => text.outcome[now.outcome] },
            { label: text.triedDraft, cell: ({ draft }) => text.outcome[draft.outcome] },
            {
              label: text.triedWhy,
              cell: ({ now, draft, stricter }) => {
                if (draft.refusals.length > 0) return detailsOf(draft);
                if (now.refusals.length > 0) return text.triedAllowed(detailsOf(now));
                return stricter.join(' ') || text.triedEasier;
              },
            },
          ]}
        />
      )}
    </div>
  );
}
