import type { ProposedControls } from '@countersign/api';
import { type Language, parseDuration, type TrustDocument } from '@countersign/contract';
import { durationText, joinWithAnd, ruleWords } from '@countersign/wording';
import { useNames } from '../../api/organisation.js';
import { useLanguage, useText } from '../../text/language.js';
import { controlsTexts } from '../controls/controls.text.js';
import { type ChangedMember, diffTrustDocuments, type TrustChange } from './changes.js';
import { type TrustText, trustTexts } from './trust.text.js';
import { RULE_WORDS } from './trust-rules.js';

/** What the next version changes, in words. */
export function Changes({ current, next }: { current: TrustDocument; next: TrustDocument }) {
  const text = useText(trustTexts);
  const language = useLanguage();
  const changes = diffTrustDocuments(current, next);
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
  witnessGraceSeconds: 'witnessGrace',
};
type PlainText = { [K in keyof TrustText]: TrustText[K] extends string ? K : never }[keyof TrustText];

/** A change in words. A changed rule shows its new and its old text. */
function wordsOf(
  change: TrustChange,
  { current, next }: { current: TrustDocument; next: TrustDocument },
  { text, language, name }: { text: TrustText; language: Language; name: (id: string) => string },
): string {
  if (change.kind !== 'changed') return text[change.kind](name(change.person));
  const { member } = change;
  const wordsFor = (document: TrustDocument) => RULE_WORDS[member](document, text, language).join('; ');
  return text.changed(text[LABELS[member]], wordsFor(current), wordsFor(next));
}

/** The privacy controls that a proposal changes. */
export function ControlsChange({ before, after }: { before: ProposedControls; after: ProposedControls }) {
  const text = useText(trustTexts);
  const labels = useText(controlsTexts);
  const language = useLanguage();
  const says: readonly [label: string, say: (controls: ProposedControls) => string][] = [
    [labels.approvals, ({ approvals }) => String(approvals)],
    [text.controlsLongest, ({ maxDuration }) => longestWords(maxDuration, text.controlsNoLimit, language)],
    [labels.level.high, ({ countersign }) => joinWithAnd(countersign, language) || text.controlsNothing],
    [
      labels.level.low,
      ({ slackMayApprove }) => joinWithAnd(slackMayApprove, language) || text.controlsNothing,
    ],
    [
      labels.never,
      ({ forbid }) =>
        forbid.map((rule) => `${rule.service}: ${ruleWords(rule, language)}`).join('; ') ||
        text.controlsNothing,
    ],
  ];
  return (
    <div className="stack tight">
      <h3>{text.controls}</h3>
      <ul className="bullets">
        {says
          .filter(([, say]) => say(before) !== say(after))
          .map(([label, say]) => (
            <li key={label}>{text.changed(label, say(before), say(after))}</li>
          ))}
      </ul>
    </div>
  );
}

const longestWords = (duration: string | null, none: string, language: Language): string =>
  duration === null ? none : durationText(parseDuration(duration) ?? 0, language);
