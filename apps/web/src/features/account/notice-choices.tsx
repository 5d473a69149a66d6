import type { NewPreferences, Preferences } from '@countersign/api';
import {
  carriesDuty,
  DUTIES,
  NOTICE_WAYS,
  type NoticeWay,
  PERSONAL_TOPICS,
  type PersonalTopic,
} from '@countersign/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { isFresh, may, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Choice, SelectField } from '../../ui/field.js';
import { Loaded, ProblemNotice } from '../../ui/query-states.js';
import { noticeChoiceTexts } from './notice-choices.text.js';
import { WhyNotNow } from './why-not-now.js';

type Notices = NewPreferences['notices'];
const KEY = ['preferences'];

/** Which notices reach the reader by which way, and the time zone of their clocks. */
export function NoticeChoices() {
  const text = useText(noticeChoiceTexts);
  const session = useSession();
  const mayChange = may(session, 'preference.save');
  const preferences = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/preferences', { signal })),
  });
  return (
    <section className="stack near" aria-labelledby="notices">
      <h2 id="notices">{text.title}</h2>
      <p className="soft">{text.lead}</p>
      <Loaded query={preferences}>
        {(found) => (
          <>
            {mayChange && isFresh(session) ? (
              <ChoicesForm preferences={found} />
            ) : (
              <ChoiceFields chosen={found} browserZone={found.browserZone} onChange={null} />
            )}
            <WhyNotNow mayChange={mayChange} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function ChoicesForm({ preferences }: { preferences: Preferences }) {
  const text = useText(noticeChoiceTexts);
  const [chosen, setChosen] = useState<NewPreferences>({
    notices: preferences.notices,
    zone: preferences.zone,
  });
  const save = useMutation({
    mutationFn: (body: NewPreferences) => unwrap(api.PUT('/api/v1/preferences', { body })),
    onSuccess: () => invalidate(KEY, ['session']),
  });
  const isComplete = withoutWay(chosen.notices).length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete) save.mutate(chosen);
  };
  return (
    <form className="stack" onSubmit={submit}>
      <ChoiceFields
        chosen={chosen}
        browserZone={preferences.browserZone}
        onChange={(changed) => {
          save.reset();
          setChosen(changed);
        }}
      />
      {save.error === null ? null : <ProblemNotice error={save.error} />}
      <p>
        <Button type="submit" busy={save.isPending} disabled={!isComplete}>
          {text.save}
        </Button>
      </p>
      <p className="soft small" role="status">
        {save.isSuccess ? text.saved : ''}
      </p>
    </form>
  );
}

/** `onChange` is null if the choices can only be read. */
function ChoiceFields({
  chosen: { notices, zone },
  browserZone,
  onChange,
}: {
  chosen: NewPreferences;
  browserZone: string | null;
  onChange: ((changed: NewPreferences) => void) | null;
}) {
  const text = useText(noticeChoiceTexts);
  const missing = withoutWay(notices);
  return (
    <fieldset className="stack" disabled={onChange === null}>
      <legend className="visually-hidden">{text.title}</legend>
      {PERSONAL_TOPICS.map((topic) => (
        <TopicChoice
          key={topic}
          topic={topic}
          ways={notices[topic]}
          isMissing={missing.includes(topic)}
          onChange={(ways) => onChange?.({ notices: { ...notices, [topic]: ways }, zone })}
        />
      ))}
      <p className="hint">{text.slackNote}</p>
      <ZoneChoice
        zone={zone}
        browserZone={browserZone}
        onChange={(changed) => onChange?.({ notices, zone: changed })}
      />
    </fieldset>
  );
}

/** Topics that need a way and have none. */
const withoutWay = (notices: Notices): PersonalTopic[] =>
  DUTIES.filter((topic) => !notices[topic].some(carriesDuty));

function TopicChoice({
  topic,
  ways,
  isMissing,
  onChange,
}: {
  topic: PersonalTopic;
  ways: readonly NoticeWay[];
  isMissing: boolean;
  onChange: (ways: NoticeWay[]) => void;
}) {
  const text = useText(noticeChoiceTexts);
  const id = useId();
  return (
    <fieldset className="stack near" aria-describedby={id}>
      <legend className="legend">{text.topics[topic]}</legend>
      <p className={isMissing ? 'field-error' : 'hint'} id={id} role={isMissing ? 'alert' : undefined}>
        {isMissing ? text.dutyMissing : text.hints[topic]}
      </p>
      <div className="choices short">
        {NOTICE_WAYS.map((way) => (
          <Choice
            key={way}
            type="checkbox"
            checked={ways.includes(way)}
            onChange={({ target }) =>
              onChange(NOTICE_WAYS.filter((each) => (each === way ? target.checked : ways.includes(each))))
            }
          >
            {text.ways[way]}
          </Choice>
        ))}
      </div>
    </fieldset>
  );
}

function ZoneChoice({
  zone,
  browserZone,
  onChange,
}: {
  zone: string | null;
  browserZone: string | null;
  onChange: (zone: string | null) => void;
}) {
  const text = useText(noticeChoiceTexts);
  const known = Intl.supportedValuesOf('timeZone');
  const zones = zone === null || known.includes(zone) ? known : [zone, ...known];
  return (
    <SelectField
      label={text.zone}
      hint={browserZone === null ? text.zoneHint : `${text.zoneHint} ${text.browserZoneNow(browserZone)}`}
      value={zone ?? ''}
      onChange={({ target: { value } }) => onChange(value === '' ? null : value)}
    >
      <option value="">{text.browserZone}</option>
      {zones.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </SelectField>
  );
}
