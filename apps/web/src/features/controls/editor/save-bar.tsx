import { Notice } from '../../../ui/badge.js';
import { Button } from '../../../ui/button.js';
import { ProblemNotice } from '../../../ui/query-states.js';
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
export function SaveBar({ edit, preview, isInvalid }: { edit: Edit; preview: Preview; isInvalid: boolean }) {
  const { text } = useEditor();
  const { save, draft, isEdited } = edit;
  const count = differences(draft.base, draft.document).length;
  const isRefused = preview.faults.length > 0 && !preview.isPending;
  const said = save.isSuccess ? (save.data.waiting === undefined ? text.saved : text.savedWaiting) : '';
  return (
    <>
      {edit.isStale ? <Moved edit={edit} /> : null}
      {save.error !== null && !edit.isStale && faultsOf(save.error).length === 0 ? (
        <ProblemNotice error={save.error} />
      ) : null}
      <div className="save-bar row between">
        <p role="status">{said === '' && isEdited ? text.countChanges(count) : said}</p>
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
