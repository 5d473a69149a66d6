import type { PrivacyControlsTest } from '@countersign/api';
import { refusalWords, scopeWords } from '@countersign/wording';
import { useState } from 'react';
import { useNames } from '../../../api/organisation.js';
import { useLanguage } from '../../../text/language.js';
import { Button } from '../../../ui/button.js';
import { Instant } from '../../../ui/clock.js';
import { Link } from '../../../ui/link.js';
import { DataTable } from '../../../ui/table.js';
import { useEditor } from './editor-context.js';

type Item = PrivacyControlsTest['items'][number];

/** So many fit in one look; the reader can show the others. */
const FIRST = 5;

/** Refused by the draft first: it is what a reader has to know before saving. */
const rank = ({ now, draft }: Item): number => {
  if (draft.outcome === now.outcome) return 2;
  return draft.outcome === 'refused' ? 0 : 1;
};

/** What the draft would have made of past requests, and why. */
export function PastRequests({
  test: { tested, newlyRefused, newlyPossible, items },
}: {
  test: PrivacyControlsTest;
}) {
  const { text } = useEditor();
  const language = useLanguage();
  const [isWhole, setWhole] = useState(false);
  const name = useNames(items.map(({ requester }) => requester));
  const sorted = items.toSorted((one, other) => rank(one) - rank(other));
  const visible = isWhole ? sorted : sorted.slice(0, FIRST);
  return (
    <section className="stack near" aria-labelledby="past">
      <h3 id="past">{text.past}</h3>
      <p role="status">
        {tested === 0
          ? text.pastNone
          : items.length === 0
            ? text.pastSame(tested)
            : text.pastSome(tested, newlyRefused, newlyPossible, items.length - newlyRefused - newlyPossible)}
      </p>
      {items.length === 0 ? null : (
        <DataTable
          caption={text.pastCaption}
          rows={visible}
          rowKey={({ request }) => request}
          columns={[
            {
              label: text.pastWhat,
              cell: ({ request, scope, requester, createdAt }) => (
                <>
                  <Link to={`/requests/${request}`}>{scopeWords(scope, language)}</Link>
                  <span className="soft block">
                    {text.pastBy(name(requester))}, <Instant at={createdAt} />
                  </span>
                </>
              ),
            },
            {
              label: text.pastNow,
              cell: ({ now }) => <span className="nowrap">{text.outcome[now.outcome]}</span>,
            },
            {
              label: text.pastDraft,
              cell: ({ draft }) => <span className="nowrap">{text.outcome[draft.outcome]}</span>,
            },
            { label: text.pastWhy, cell: (item) => <Why item={item} /> },
          ]}
        />
      )}
      {visible.length === items.length ? null : (
        <p>
          <Button small onClick={() => setWhole(true)}>
            {`${text.all} (${items.length})`}
          </Button>
        </p>
      )}
    </section>
  );
}

function Why({ item: { now, draft, stricter } }: { item: Item }) {
  const { text } = useEditor();
  if (draft.refusals.length > 0) return <Refusals refusals={draft.refusals} />;
  if (now.refusals.length > 0)
    return (
      <>
        {text.pastAllowed} <Refusals refusals={now.refusals} />
      </>
    );
  return stricter.join(' ') || text.pastEasier;
}

function Refusals({ refusals }: { refusals: Item['now']['refusals'] }) {
  const language = useLanguage();
  return refusals.map((refusal) => (
    <span key={`${refusal.code} ${refusal.pointer} ${refusal.detail}`} className="block">
      {refusalWords(refusal, language)} <code className="small">{refusal.code}</code>
    </span>
  ));
}
