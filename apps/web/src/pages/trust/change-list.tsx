import type { TrustDocument } from '@countersign/contract';
import { useNames } from '../../api/names.js';
import { type Language, useLanguage, useText } from '../../text/language.js';
import { type ChangedMember, changesOf, type TrustChange } from './changes.js';
import { RULE_WORDS } from './rule-words.js';
import { type TrustText, trustTexts } from './trust.text.js';

/** What the next version changes, in words. */
export function Changes({ current, next }: { current: TrustDocument; next: TrustDocument }) {
  const text = useText(trustTexts);
  const language = useLanguage();
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
            <li key={JSON.stringify(change)}>
              {wordsOf(change, { current, next }, { text, language, name })}
            </li>
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

/** A rule by what it said and what it says. */
function wordsOf(
  change: TrustChange,
  { current, next }: { current: TrustDocument; next: TrustDocument },
  { text, language, name }: { text: TrustText; language: Language; name: (id: string) => string },
): string {
  if (change.kind !== 'changed') return text[change.kind](name(change.person));
  const { member } = change;
  const said = (document: TrustDocument) => RULE_WORDS[member](document, text, language).join('; ');
  return text.changed(text[LABELS[member]], said(current), said(next));
}
