import { useState } from 'react';
import { durationText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Choice, TextField } from '../../ui/field.js';
import { askTexts } from './ask.text.js';

const USUAL = ['15', '30', '60'];

/** How long: three usual times, or any. */
export function Duration({ minutes, onChange }: { minutes: string; onChange: (minutes: string) => void }) {
  const text = useText(askTexts);
  const language = useLanguage();
  const [isOther, setOther] = useState(!USUAL.includes(minutes));
  return (
    <fieldset className="stack near">
      <legend className="legend">{text.howLong}</legend>
      <div className="choices short">
        {USUAL.map((usual) => (
          <Choice
            key={usual}
            type="radio"
            name="duration"
            checked={!isOther && minutes === usual}
            onChange={() => {
              setOther(false);
              onChange(usual);
            }}
          >
            {durationText(Number(usual) * 60, language)}
          </Choice>
        ))}
        <Choice type="radio" name="duration" checked={isOther} onChange={() => setOther(true)}>
          {text.otherTime}
        </Choice>
      </div>
      {isOther ? (
        <TextField
          label={text.minutes}
          inputMode="decimal"
          value={minutes}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : null}
    </fieldset>
  );
}
