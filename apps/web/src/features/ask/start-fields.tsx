import { localText } from '../../text/clock.js';
import { useText } from '../../text/language.js';
import { Choice, TextField } from '../../ui/field.js';
import { askTexts } from './ask.text.js';
import { type Draft, findTimeProblem, type Start } from './draft.js';

const DAY_MS = 86_400_000;
const STARTS: readonly Start[] = ['approval', 'later', 'first-use'];

/** When access begins, and how many calls it allows at most. */
export function StartFields({
  draft,
  onChange,
}: {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
}) {
  const text = useText(askTexts);
  const { start = 'approval', startsAt = '', useBy = '', calls = '' } = draft;
  const now = Date.now();
  const error = findTimeProblem(draft, now) === 'past' ? text.inThePast : null;
  const times = { type: 'datetime-local', min: localText(now), max: localText(now + 7 * DAY_MS) };
  return (
    <>
      <fieldset className="stack near">
        <legend className="legend">{text.start}</legend>
        <div className="choices short">
          {STARTS.map((each) => (
            <Choice
              key={each}
              type="radio"
              name="start"
              checked={start === each}
              onChange={() => onChange({ start: each })}
            >
              {text.starts[each]}
            </Choice>
          ))}
        </div>
        {start === 'later' ? (
          <TextField
            label={text.startsAt}
            {...times}
            error={error}
            value={startsAt}
            required
            onChange={({ target }) => onChange({ startsAt: target.value })}
          />
        ) : null}
        {start === 'first-use' ? (
          <TextField
            label={text.useBy}
            hint={text.useByHint}
            {...times}
            error={error}
            value={useBy}
            required
            onChange={({ target }) => onChange({ useBy: target.value })}
          />
        ) : null}
      </fieldset>
      <TextField
        label={text.calls}
        hint={text.callsHint}
        inputMode="numeric"
        value={calls}
        maxLength={9}
        onChange={({ target }) => onChange({ calls: target.value })}
      />
    </>
  );
}
