import type { PrivacyControlsTest } from '@countersign/api';
import { Badge } from '../../../ui/badge.js';
import type { IconName } from '../../../ui/icon.js';
import type { Change, Step } from './difference.js';
import { memberLabel, stepText } from './difference-words.js';
import type { EditorText } from './editor.text.js';
import type { Writer } from './sentences.js';

type Effect = PrivacyControlsTest['change']['members'][number]['effect'];

const LOOK: Readonly<Record<Effect, { tone: 'wait' | 'accent' | 'plain'; icon: IconName }>> = {
  narrows: { tone: 'accent', icon: 'closed' },
  widens: { tone: 'wait', icon: 'open' },
  both: { tone: 'wait', icon: 'alert' },
  neither: { tone: 'plain', icon: 'info' },
};

/** Each member that differs, in words, and whether that narrows or widens. */
export function DifferenceList({
  changes,
  effects = {},
  writer,
  text,
}: {
  changes: readonly Change[];
  effects?: Readonly<Record<string, Effect>>;
  writer: Writer;
  text: EditorText;
}) {
  if (changes.length === 0) return <p className="soft">{text.noChanges}</p>;
  return (
    <ul className="plain-list differences">
      {changes.map(({ name, member, steps }) => {
        const effect = Object.hasOwn(effects, member) ? effects[member] : undefined;
        return (
          <li key={name} className="stack tight">
            <p className="row near">
              <span className="strong">{memberLabel(name, text)}</span>
              {effect === undefined ? null : <Badge {...LOOK[effect]}>{text.effect[effect]}</Badge>}
            </p>
            {steps.map((step) => (
              <StepLines key={JSON.stringify(step)} step={step} name={name} writer={writer} text={text} />
            ))}
          </li>
        );
      })}
    </ul>
  );
}

/** The value before and after, in words and with marks, because colour alone is not accessible. */
function StepLines({
  name,
  step,
  writer,
  text,
}: {
  name: string;
  step: Step;
  writer: Writer;
  text: EditorText;
}) {
  const { mark, before, after } = stepText(name, step, writer, text);
  return (
    <div className="step">
      {mark === '' ? null : <p className="soft small">{mark}</p>}
      {before === undefined ? null : (
        <p>
          <span className="visually-hidden">{`${text.was}: `}</span>
          <del>{before}</del>
        </p>
      )}
      {after === undefined ? null : (
        <p>
          <span className="visually-hidden">{`${text.becomes}: `}</span>
          <ins>{after}</ins>
        </p>
      )}
    </div>
  );
}
