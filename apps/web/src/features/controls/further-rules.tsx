import type { PrivacyControlsBody } from '../../api/client.js';
import { useText } from '../../text/language.js';
import { TextArea } from '../../ui/field.js';
import { controlsTexts } from './controls.text.js';

/** The members of the controls that the form has no fields for. */
export type Further = Omit<
  PrivacyControlsBody,
  'version' | 'approvals' | 'maxDuration' | 'countersign' | 'slackMayApprove' | 'forbid' | 'emergency'
>;

/** The members as text, as the organisation file's JSON Schema describes them; empty if there are none. */
export function writeFurther(members: Further): string {
  const isSet = (value: unknown) => value !== null && !(Array.isArray(value) && value.length === 0);
  const set = Object.entries(members).filter(([, value]) => isSet(value));
  return set.length === 0 ? '' : JSON.stringify(Object.fromEntries(set), null, 2);
}

/** Reads the text back. The broker checks the members themselves. Null if it is no JSON object. */
export function parseFurther(text: string): Further | null {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** Rules by service, resource, action and risk, with their stages, and deputies, edited as text. */
export function FurtherRules({
  draft: { further },
  problem,
  onChange,
}: {
  draft: { further: string };
  problem: boolean;
  onChange: (text: string) => void;
}) {
  const text = useText(controlsTexts);
  return (
    <section className="stack near">
      <h2>{text.further}</h2>
      <p className="soft">{text.furtherLead}</p>
      <TextArea
        label={text.furtherText}
        hint={text.furtherHint}
        error={problem ? text.furtherWrong : null}
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
  '{ "rules": [{ "actions": ["update"], "stages": [{ "name": "owner", "groups": ["owners"] }] }] }';
