import type { MarkedAccessReviewItem } from '@countersign/api';
import type { ItemDecision, Language } from '@countersign/contract';
import { recurrenceText, wordFor } from '@countersign/wording';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { useNames } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { Badge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Dialog } from '../../ui/dialog.js';
import { Link } from '../../ui/link.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { PRACTICE_LOOK, type PracticeResult, practiceTexts } from '../practice/practice.text.js';
import { type AccessReviewText, accessReviewTexts } from './access-review.text.js';

type Item = MarkedAccessReviewItem;
type Of = { slug: string; id: string; mayDecide: boolean };

const LOOK = {
  confirmed: { tone: 'accent', icon: 'done' },
  pruned: { tone: 'plain', icon: 'closed' },
  gone: { tone: 'plain', icon: 'closed' },
  lapsed: { tone: 'plain', icon: 'closed' },
  kept: { tone: 'stop', icon: 'alert' },
} as const;

/** What one kind of items is called on this page. */
function nameOf(
  item: Item,
  text: AccessReviewText,
  language: Language,
  name: (id: string) => string,
): string {
  const owner = item.owner === null ? '' : name(item.owner);
  switch (item.kind) {
    case 'person':
      return `${owner}: ${item.roles.map((role) => text.role[role]).join(', ')}`;
    case 'rule':
      return `${wordFor(text.basis, item.id) ?? item.id}: ${item.service ?? ''}`;
    case 'grant':
      return text.one.grant(owner, item.service ?? '');
    case 'invitation': {
      const words = text.one.invitation(owner, item.service ?? '');
      return item.recurs === null ? words : `${words}, ${recurrenceText(item.recurs, language)}`;
    }
    default:
      return text.one[item.kind](owner);
  }
}

/** All items of one kind, each with its answer or the two buttons. */
export function ItemSection({ kind, items, of }: { kind: Item['kind']; items: readonly Item[]; of: Of }) {
  const text = useText(accessReviewTexts);
  const practice = useText(practiceTexts);
  const language = useLanguage();
  const name = useNames(
    items.flatMap(({ owner, by }) => [owner, by]).filter((id) => id?.startsWith('usr_') === true) as string[],
  );
  const [pruning, setPruning] = useState<Item | null>(null);
  // A late answer to a confirmation does not close the dialog that has been opened since.
  const decide = useDecide(of, () => setPruning(null));
  const wording = (item: Item) => nameOf(item, text, language, name);
  const practiceColumns = [
    {
      label: practice.title,
      cell: ({ practice: last }: Item) => <LastPractice result={last?.result ?? null} />,
    },
  ];
  const spanColumns = [
    { label: text.since, cell: ({ since }: Item) => (since === null ? '–' : <Instant at={since} />) },
    { label: text.until, cell: ({ until }: Item) => (until === null ? text.never : <Instant at={until} />) },
  ];
  return (
    <section className="stack near" aria-labelledby={`kind-${kind}`}>
      <h2 id={`kind-${kind}`}>{text.kinds[kind]}</h2>
      {decide.error === null ? null : <ProblemNotice error={decide.error} />}
      <DataTable
        caption={text.kinds[kind]}
        rows={items}
        rowKey={({ item }) => item}
        columns={[
          { label: text.what, cell: (item) => <What item={item} words={wording(item)} /> },
          ...(kind === 'person' ? practiceColumns : spanColumns),
          {
            label: text.answer,
            cell: (item) => (
              <AnswerCell
                item={item}
                words={wording(item)}
                by={item.by?.startsWith('usr_') === true ? name(item.by) : null}
                mayDecide={of.mayDecide}
                isBusy={decide.isPending && decide.variables.item === item.item}
                onConfirm={() => decide.mutate({ item: item.item, decision: 'confirmed' })}
                onPrune={() => setPruning(item)}
              />
            ),
          },
        ]}
      />
      <Dialog label={text.pruneTitle} isOpen={pruning !== null} onClose={() => setPruning(null)}>
        {pruning === null ? null : (
          <Pruning
            words={wording(pruning)}
            isPerson={pruning.kind === 'person'}
            isBusy={decide.isPending}
            onBack={() => setPruning(null)}
            onPrune={() => decide.mutate({ item: pruning.item, decision: 'pruned' })}
          />
        )}
      </Dialog>
    </section>
  );
}

/** Answers one item. `onPruned` is called after an answer that ends it, also if that failed. */
function useDecide({ slug, id }: Of, onPruned: () => void) {
  return useMutation({
    mutationFn: ({ item, decision }: { item: string; decision: ItemDecision }) =>
      unwrap(
        api.POST('/api/v1/tenants/{slug}/access-reviews/{id}/decisions', {
          params: { path: { slug, id } },
          body: { item, decision },
        }),
      ),
    onSettled: (_answer, _error, { decision }) => {
      if (decision === 'pruned') onPruned();
      return invalidate(['access-reviews']);
    },
  });
}

/** Asks once more before an item ends. */
function Pruning({
  words,
  isPerson,
  isBusy,
  onBack,
  onPrune,
}: {
  words: string;
  isPerson: boolean;
  isBusy: boolean;
  onBack: () => void;
  onPrune: () => void;
}) {
  const text = useText(accessReviewTexts);
  return (
    <>
      <p>{text.pruneLead(words)}</p>
      {isPerson ? <p>{text.pruneRoles}</p> : null}
      <div className="row">
        {/* The dangerous button is not the first, so it never has the focus. */}
        <Button onClick={onBack}>{text.back}</Button>
        <Button look="stop" busy={isBusy} onClick={onPrune}>
          {text.prune}
        </Button>
      </div>
    </>
  );
}

/** The result of an approver's last practice; red if they failed it. */
function LastPractice({ result }: { result: PracticeResult | null }) {
  const text = useText(practiceTexts);
  return result === null ? '–' : <Badge {...PRACTICE_LOOK[result]}>{text.results[result]}</Badge>;
}

const What = ({ item: { kind, id }, words }: { item: Item; words: string }) =>
  kind === 'grant' ? <Link to={`/grants/${id}`}>{words}</Link> : <span className="strong">{words}</span>;

function AnswerCell({
  item: { kind, owner, outcome, reason },
  words,
  by,
  mayDecide,
  isBusy,
  onConfirm,
  onPrune,
}: {
  item: Item;
  words: string;
  by: string | null;
  mayDecide: boolean;
  isBusy: boolean;
  onConfirm: () => void;
  onPrune: () => void;
}) {
  const text = useText(accessReviewTexts);
  const session = useSession();
  if (outcome !== null)
    return (
      <span className="stack near">
        <span>
          <Badge {...LOOK[outcome]}>{text.outcomes[outcome]}</Badge> {by === null ? null : text.by(by)}
        </span>
        {reason === null ? null : <span className="soft">{text.reasons[reason]}</span>}
      </span>
    );
  if (!mayDecide) return '–';
  const isOwn = owner === session.person && (kind === 'person' || kind === 'api-key' || kind === 'session');
  return (
    <span className="row near">
      {isOwn ? (
        <span className="soft">{text.yourself}</span>
      ) : (
        <Button small busy={isBusy} aria-label={text.confirmOf(words)} onClick={onConfirm}>
          {text.confirm}
        </Button>
      )}
      <Button small look="deny" aria-label={text.pruneOf(words)} onClick={onPrune}>
        {text.prune}
      </Button>
    </span>
  );
}
