import type { TrustDocument } from '@countersign/scope';
import { useNames } from '../../api/names.js';
import { useText } from '../../text/language.js';
import { type ChangedMember, changesOf, type TrustChange } from './changes.js';
import { type TrustText, trustTexts } from './trust.text.js';

/** What the next version changes, in words. */
export function Changes({ current, next }: { current: TrustDocument; next: TrustDocument }) {
  const text = useText(trustTexts);
  const changes = changesOf(current, next);
  const name = useNames(changes.flatMap((each) => ('person' in each ? [each.person] : [])));
  return (
    <div className="stack tight">
      <h3>{text.changes}</h3>
      {changes.length === 0 ? (
        <p>{text.noChanges}</p>
      ) : (
        <ul className="bullets">
          {changes.map((change) => (
            <li key={JSON.stringify(change)}>{wordsOf(change, text, name)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

const LABELS: Readonly<Record<ChangedMember, PlainText>> = {
  approvals: 'approvals',
  threshold: 'threshold',
  countersign: 'except',
  forbid: 'forbid',
  bases: 'bases',
  rpId: 'where',
  origins: 'where',
  witnesses: 'witnesses',
};
type PlainText = { [K in keyof TrustText]: TrustText[K] extends string ? K : never }[keyof TrustText];

const wordsOf = (change: TrustChange, text: TrustText, name: (id: string) => string): string =>
  change.kind === 'changed'
    ? text.changed(text[LABELS[change.member]])
    : text[change.kind](name(change.person));
