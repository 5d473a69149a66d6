import type { Practice, PracticePart, PracticeSummary } from '@countersign/api';
import { durationText, wordFor } from '@countersign/wording';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { useNames } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { may, useSession } from '../../api/session.js';
import { utcDayText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Badge, Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { SelectField } from '../../ui/field.js';
import { Page } from '../../ui/page.js';
import { Loaded, ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { PRACTICE_LOOK, practiceTexts } from './practice.text.js';
import { practiceQuery, practicesQuery } from './practice-queries.js';
import { PracticeTask } from './practice-task.js';

/** `/practice`: the reader's own practice request, and how each approver did. */
export default function PracticePage() {
  const text = useText(practiceTexts);
  const session = useSession();
  const slug = session.tenant ?? '';
  const practices = useQuery(practicesQuery(slug));
  // The last answer ends the practice. The outcome must stay on the page.
  const [answered, setAnswered] = useState<string | null>(null);
  return (
    <Page help="practice" title={text.title} lead={text.lead}>
      <Loaded query={practices}>
        {({ items }) => {
          const open = items.find(({ state }) => state === 'open');
          const own = open?.id ?? answered;
          return (
            <div className="stack loose">
              {own === null || !may(session, 'practice.answer') ? null : (
                <PracticeTask slug={slug} id={own} onAnswered={setAnswered} />
              )}
              {open === undefined && may(session, 'practice.open') ? <Begin slug={slug} /> : null}
              <All slug={slug} practices={items} />
            </div>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Begin({ slug }: { slug: string }) {
  const text = useText(practiceTexts);
  const begin = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/tenants/{slug}/practices', { params: { path: { slug } } })),
    onSuccess: () => invalidate(['practices']),
  });
  return (
    <section className="stack near">
      <p className="soft">{text.nowLead}</p>
      {begin.error === null ? null : <ProblemNotice error={begin.error} />}
      <p>
        <Button busy={begin.isPending} onClick={() => begin.mutate()}>
          {text.now}
        </Button>
      </p>
    </section>
  );
}

function All({ slug, practices }: { slug: string; practices: readonly PracticeSummary[] }) {
  const text = useText(practiceTexts);
  const language = useLanguage();
  const [chosen, setChosen] = useState<string | null>(null);
  const [newest] = practices;
  const practice = useQuery({
    ...practiceQuery(slug, chosen ?? newest?.id ?? ''),
    enabled: newest !== undefined,
  });
  if (newest === undefined) return <p className="soft">{text.none}</p>;
  const nameOf = ({ quarter, openedAt }: PracticeSummary) =>
    quarter === null
      ? `${text.onDemand}, ${utcDayText(openedAt.slice(0, 10), language)}`
      : text.quarter(utcDayText(quarter, language));
  return (
    <section className="stack near" aria-labelledby="all-practices">
      <h2 id="all-practices">{text.all}</h2>
      <SelectField
        label={text.title}
        value={chosen ?? newest.id}
        onChange={(event) => setChosen(event.target.value)}
      >
        {practices.map((each) => (
          <option key={each.id} value={each.id}>
            {nameOf(each)}
          </option>
        ))}
      </SelectField>
      <Loaded query={practice}>{(found) => <Parts practice={found} />}</Loaded>
    </section>
  );
}

function Parts({ practice: { state, dueAt, missed, parts } }: { practice: Practice }) {
  const text = useText(practiceTexts);
  const language = useLanguage();
  const name = useNames(parts.map(({ person }) => person));
  return (
    <>
      <p>
        <Badge tone={state === 'open' ? 'wait' : 'plain'} icon={state === 'open' ? 'wait' : 'closed'}>
          {text.state[state]}
        </Badge>{' '}
        {state === 'open' ? (
          <>
            {text.due} <Instant at={dueAt} />
          </>
        ) : null}
      </p>
      {missed.length === 0 ? null : (
        <Notice tone="wait" icon="info">
          <p>{text.missed(missed.map((day) => utcDayText(day, language)).join(', '))}</p>
        </Notice>
      )}
      <DataTable
        caption={text.all}
        rows={parts}
        rowKey={({ person }) => person}
        columns={[
          { label: text.person, cell: ({ person }) => <span className="strong">{name(person)}</span> },
          { label: text.result, cell: ({ result }) => <Result result={result} /> },
          { label: text.passkey, cell: ({ passkey }) => (passkey === null ? '–' : text.passkeys[passkey]) },
          {
            label: text.channel,
            cell: ({ channel }) => (channel === null ? '–' : (wordFor(text.channels, channel) ?? channel)),
          },
          {
            label: text.took,
            cell: ({ seconds }) => (seconds === null ? '–' : durationText(Math.max(seconds, 1), language)),
          },
        ]}
      />
    </>
  );
}

function Result({ result }: Pick<PracticePart, 'result'>) {
  const text = useText(practiceTexts);
  return result === null ? (
    <Badge tone="wait" icon="wait">
      {text.open}
    </Badge>
  ) : (
    <Badge {...PRACTICE_LOOK[result]}>{text.results[result]}</Badge>
  );
}
