import { formatDuration, parseDuration } from '@countersign/contract';
import type { Controls } from '../../api/organisation.js';
import { useText } from '../../text/language.js';
import { Choice, TextField } from '../../ui/field.js';
import { wideningTexts } from './widening.text.js';

type Waits = NonNullable<Controls['widening']>;

const HOUR = 3_600;

/** What a change that widens the controls waits for. With neither, it is immediate. */
export function WideningForm({
  widening,
  onChange,
}: {
  widening: Waits | undefined;
  onChange: (widening: Waits | undefined) => void;
}) {
  const text = useText(wideningTexts);
  const { delay, secondAdmin = false } = widening ?? {};
  const change = (next: { delay?: string | undefined; secondAdmin?: boolean }) => {
    const { delay: later, secondAdmin: isTwo } = { delay, secondAdmin, ...next };
    const waits = {
      ...(later === undefined ? {} : { delay: later }),
      ...(isTwo === true ? { secondAdmin: true } : {}),
    };
    onChange(Object.keys(waits).length === 0 ? undefined : waits);
  };
  return (
    <section className="stack near">
      <h2>{text.setting}</h2>
      <p className="soft">{text.settingLead}</p>
      <TextField
        label={text.delay}
        hint={text.delayHint}
        type="number"
        min={0}
        max={90 * 24}
        step="any"
        value={delay === undefined ? '' : String((parseDuration(delay) ?? 0) / HOUR)}
        onChange={({ target }) => {
          const seconds = Math.round(Number(target.value) * HOUR);
          change({ delay: seconds >= 1 ? formatDuration(seconds) : undefined });
        }}
      />
      <Choice
        type="checkbox"
        checked={secondAdmin}
        onChange={({ target }) => change({ secondAdmin: target.checked })}
      >
        {text.secondAdmin}
      </Choice>
    </section>
  );
}
