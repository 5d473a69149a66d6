import { TextArea } from '../../../ui/field.js';
import { useEditor } from './editor-context.js';
import type { Draft } from './use-draft.js';

/** The whole document as text. Text that is not valid is kept. */
export function JsonTab({ draft, onType }: { draft: Draft; onType: (text: string) => void }) {
  const { text, mayChange } = useEditor();
  const { textProblem: problem } = draft;
  return (
    <TextArea
      label={text.json}
      hint={text.jsonHint}
      error={
        problem === null ? null : `${text.jsonProblem[problem.problem](problem.line)} (${problem.problem})`
      }
      rows={Math.min(30, Math.max(12, draft.text.split('\n').length + 1))}
      className="input mono"
      spellCheck={false}
      autoCapitalize="off"
      autoComplete="off"
      readOnly={!mayChange}
      value={draft.text}
      onChange={({ target }) => onType(target.value)}
    />
  );
}
