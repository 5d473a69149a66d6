import { useText } from '../../text/language.js';
import { TextArea } from '../../ui/field.js';
import { controlsTexts } from './controls.text.js';
import type { FurtherProblem } from './further-members.js';

/** Rules by service, resource, action and risk, with their stages, and deputies, edited as text. */
export function FurtherRules({
  draft: { further },
  problem,
  onChange,
}: {
  draft: { further: string };
  problem: FurtherProblem | null;
  onChange: (text: string) => void;
}) {
  const text = useText(controlsTexts);
  const error =
    problem === null || problem === 'no-object'
      ? problem && text.furtherWrong
      : text.furtherOwnField(problem.ownField);
  return (
    <section className="stack near">
      <h2>{text.further}</h2>
      <p className="soft">{text.furtherLead}</p>
      <TextArea
        label={text.furtherText}
        hint={text.furtherHint}
        error={error}
        rows={further === '' ? 3 : 14}
        className="input mono"
        spellCheck={false}
        autoCapitalize="off"
        placeholder={EXAMPLE}
        value={further}
        onChange={(event) => onChange(event.target.value)}
      />
    </section>
  );
}

const EXAMPLE =
  '{ "rules": [{ "actions": ["update"], "stages": [{ "name": "owner", "groups": ["owners"] }] }], "supervision": [{ "name": "bulk", "over": 100, "within": "PT5M", "do": "pause" }] }';
