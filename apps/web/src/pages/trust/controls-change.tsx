import { parseDuration } from '@countersign/contract';
import { joined, ruleWords } from '@countersign/wording';
import type { components } from '../../api/schema.js';
import { durationText } from '../../text/clock.js';
import { type Language, useLanguage, useText } from '../../text/language.js';
import { controlsTexts } from '../controls/controls.text.js';
import { trustTexts } from './trust.text.js';

type Controls = components['schemas']['ProposedControls'];

/** Privacy controls that come into force with a proposal, as far as they change. */
export function ControlsChange({ before, after }: { before: Controls; after: Controls }) {
  const text = useText(trustTexts);
  const labels = useText(controlsTexts);
  const language = useLanguage();
  const says: readonly [label: string, say: (controls: Controls) => string][] = [
    [labels.approvals, ({ approvals }) => String(approvals)],
    [text.controlsLongest, ({ maxDuration }) => longestWords(maxDuration, text.controlsNoLimit, language)],
    [labels.level.high, ({ countersign }) => joined(countersign, language) || text.controlsNothing],
    [labels.level.low, ({ slackMayApprove }) => joined(slackMayApprove, language) || text.controlsNothing],
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
