import type { TrustDocument } from '@countersign/contract';
import { joinWithAnd } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { controlsQuery } from '../../../api/organisation.js';
import { servicesQuery } from '../../../api/requests.js';
import { trustQuery } from '../../../api/trust.js';
import { useLanguage } from '../../../text/language.js';
import { Notice } from '../../../ui/badge.js';
import { Button } from '../../../ui/button.js';
import { ProblemNotice } from '../../../ui/query-states.js';
import { findOverruled } from '../overruled.js';
import { differences } from './difference.js';
import { useEditor } from './editor-context.js';
import { focusFirst } from './focus.js';
import type { useControlsDraft } from './use-draft.js';
import { faultsOf, type Preview } from './use-preview.js';

/** Wraps the action of a button that disappears with it, so that the focus is not lost. */
const leave = (act: () => void) => () => {
  act();
  focusFirst('[data-save]');
};

type Edit = ReturnType<typeof useControlsDraft>;

/** Saves the draft and shows the result. It stays visible while the page scrolls, so that no one forgets to save. */
export function SaveBar({
  edit,
  preview,
  isInvalid,
  slug,
}: {
  edit: Edit;
  preview: Preview;
  isInvalid: boolean;
  slug: string;
}) {
  const { text } = useEditor();
  const saved = useSavedText(slug);
  const { save, draft, isEdited } = edit;
  const count = differences(draft.base, draft.document).length;
  const isRefused = preview.faults.length > 0 && !preview.isPending;
  const status = save.isSuccess ? (save.data.waiting === undefined ? saved : text.savedWaiting) : '';
  return (
    <>
      {edit.isStale ? <Moved edit={edit} /> : null}
      {save.error !== null && !edit.isStale && faultsOf(save.error).length === 0 ? (
        <ProblemNotice error={save.error} />
      ) : null}
      <div className="save-bar row between">
        <p role="status">{status === '' && isEdited ? text.countChanges(count) : status}</p>
        <span className="row near">
          {isEdited ? <Button onClick={leave(edit.restart)}>{text.discard}</Button> : null}
          <Button
            look="primary"
            data-save
            busy={save.isPending}
            disabled={isInvalid || isRefused}
            onClick={() => save.mutate()}
          >
            {text.save}
          </Button>
        </span>
      </div>
    </>
  );
}

/** The confirmation after saving. It names the members for which the trust document is stricter and so still decides. */
function useSavedText(slug: string): string {
  const { text } = useEditor();
  const language = useLanguage();
  const trust = useQuery(trustQuery(slug)).data;
  const controls = useQuery(controlsQuery(slug)).data;
  const services = useQuery(servicesQuery).data?.items ?? [];
  if (trust?.document == null || controls === undefined) return text.saved;
  const actions = services.flatMap(({ routes }) => routes.map(({ action }) => action));
  const found = findOverruled(trust.document as TrustDocument, controls, actions);
  if (found === null) return text.saved;
  const stricter = [
    ...(found.approvals === null ? [] : [text.overruled.approvals(found.approvals)]),
    ...(found.signed.length === 0 ? [] : [text.overruled.signed(joinWithAnd(found.signed, language))]),
    ...(found.forbids ? [text.overruled.forbids] : []),
  ];
  return text.savedOverruled(stricter.join('; '));
}

/** Shown if someone else has saved another version: the reader keeps their changes or discards them. */
function Moved({ edit }: { edit: Edit }) {
  const { text } = useEditor();
  return (
    <Notice tone="wait" icon="alert" live>
      <p>{text.stale}</p>
      <p>{text.staleDo}</p>
      <p className="row near">
        <Button small onClick={leave(edit.rebase)}>
          {text.rebase}
        </Button>
        <Button small onClick={leave(edit.restart)}>
          {text.reload}
        </Button>
      </p>
    </Notice>
  );
}
