import {
  isRecurrence,
  isZone,
  nextOccurrence,
  type Recurrence,
  toInstant,
  WEEKDAYS,
  type Weekday,
} from '@countersign/contract';
import { dayName, recurrenceText } from '@countersign/wording';
import { readerZone } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Instant } from '../../ui/clock.js';
import { Choice, TextField } from '../../ui/field.js';
import { invitationsTexts } from './invitations.text.js';

/** The weekly times as the reader enters them. */
export interface RepeatsDraft {
  /** Whether the invitation is limited to weekly times at all. */
  repeats: boolean;
  days: ReadonlySet<Weekday>;
  /** `HH:MM` */
  from: string;
  /** `HH:MM`; `00:00` is the end of the day, because a field of this type has no 24:00. */
  to: string;
  zone: string;
}

export const noRepeats = (): RepeatsDraft => ({
  repeats: false,
  days: new Set(),
  from: '22:00',
  to: '00:00',
  zone: readerZone(),
});

/** What the reader has entered; null while it is incomplete or not valid, or names a zone that this browser does not know. */
export function recurrenceOf({ days, from, to, zone }: RepeatsDraft): Recurrence | null {
  const entered = {
    zone: zone.trim(),
    days: WEEKDAYS.filter((day) => days.has(day)),
    from,
    to: to === '00:00' ? '24:00' : to,
  };
  const isComplete = isRecurrence(entered) && entered.from !== entered.to && isZone(entered.zone);
  return isComplete ? entered : null;
}

/** Fields for weekly times in the form of an invitation. */
export function RepeatsFields({
  draft,
  onChange,
}: {
  draft: RepeatsDraft;
  onChange: (change: Partial<RepeatsDraft>) => void;
}) {
  const text = useText(invitationsTexts);
  const recurrence = draft.repeats ? recurrenceOf(draft) : null;
  return (
    <fieldset className="stack near">
      <legend className="legend">{text.when}</legend>
      <Choice
        type="checkbox"
        checked={draft.repeats}
        onChange={(event) => onChange({ repeats: event.target.checked })}
      >
        {text.repeats}
      </Choice>
      {draft.repeats ? (
        <>
          <DayChoices days={draft.days} onChange={(days) => onChange({ days })} />
          <div className="choices">
            <TextField
              label={text.from}
              type="time"
              required
              value={draft.from}
              onChange={(event) => onChange({ from: event.target.value })}
            />
            <TextField
              label={text.to}
              hint={text.toHint}
              type="time"
              required
              value={draft.to}
              onChange={(event) => onChange({ to: event.target.value })}
            />
            <TextField
              label={text.zone}
              hint={text.zoneHint}
              required
              value={draft.zone}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              onChange={(event) => onChange({ zone: event.target.value })}
            />
          </div>
          <p>{recurrence === null ? text.repeatsIncomplete : <RecurrenceWords {...recurrence} />}</p>
        </>
      ) : null}
    </fieldset>
  );
}

function DayChoices({
  days,
  onChange,
}: {
  days: ReadonlySet<Weekday>;
  onChange: (days: ReadonlySet<Weekday>) => void;
}) {
  const language = useLanguage();
  const toggle = (day: Weekday, on: boolean) =>
    onChange(new Set(WEEKDAYS.filter((each) => (each === day ? on : days.has(each)))));
  return (
    <div className="choices">
      {WEEKDAYS.map((day) => (
        <Choice
          key={day}
          type="checkbox"
          checked={days.has(day)}
          onChange={(event) => toggle(day, event.target.checked)}
        >
          {dayName(day, language)}
        </Choice>
      ))}
    </div>
  );
}

/** Weekly times in words, with the one that is open now or comes next in the reader's own time zone. */
function RecurrenceWords(recurrence: Recurrence) {
  const text = useText(invitationsTexts);
  const language = useLanguage();
  const next = nextOccurrence(recurrence, Date.now());
  return (
    <>
      {text.only(recurrenceText(recurrence, language))}{' '}
      {next === null ? null : (
        <>
          {text.next}: <Instant at={toInstant(new Date(next.from))} />
        </>
      )}
    </>
  );
}
