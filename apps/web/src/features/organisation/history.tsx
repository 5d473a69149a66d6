import type { Event } from '@countersign/api';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { eventsQuery, openingsQuery } from '../../api/log.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { TableSection } from '../../ui/table.js';
import { type AppliedChange, readChanges } from './applied-changes.js';
import { organisationTexts } from './organisation.text.js';

/** How addresses name the vendor's own log. */
const VENDOR_LOG = 'vendor';

/** Every file that was applied, newest first. What each changed is read when someone asks for it. */
export function OrganisationHistory() {
  const text = useText(organisationTexts);
  const { data, ...query } = useInfiniteQuery(eventsQuery(VENDOR_LOG, { type: 'organisation.applied' }));
  const rows = data && { items: data.items.map((event) => ({ ...event, id: String(event.index) })) };
  return (
    <TableSection
      id="history"
      title={text.history}
      lead={text.historyLead}
      query={{ ...query, data: rows }}
      empty={text.noHistory}
      columns={[
        { label: text.when, cell: ({ at }) => <Instant at={at} seconds year /> },
        { label: text.by, cell: ({ actor }) => (actor === 'host' ? text.host : actor) },
        { label: text.what, cell: (event) => <Applied event={event} /> },
      ]}
    />
  );
}

function Applied({ event: { index, data } }: { event: Event }) {
  const text = useText(organisationTexts);
  const [isShown, setShown] = useState(false);
  const count = (name: string) => String(data[name] ?? 0);
  return (
    <div className="stack near">
      <p>{text.counts(count('added'), count('changed'), count('removed'), count('proposed'))}</p>
      {isShown ? (
        <Changes index={index} />
      ) : (
        <p>
          <Button small onClick={() => setShown(true)}>
            {text.show}
          </Button>
        </p>
      )}
    </div>
  );
}

function Changes({ index }: { index: number }) {
  const text = useText(organisationTexts);
  const { data, error, refetch } = useQuery(openingsQuery(VENDOR_LOG, index));
  if (error !== null) return <ProblemNotice error={error} retry={() => void refetch()} />;
  if (data === undefined) return <p className="soft">{text.reading}</p>;
  const changes = readChanges(data.openings['changes']?.value);
  if (changes === null) return <p className="soft">{text.erased}</p>;
  return (
    <ul className="bullets">
      {changes.map((change) => (
        <li key={`${change.kind} ${change.name}`}>
          <Line change={change} />
        </li>
      ))}
    </ul>
  );
}

function Line({ change: { action, kind, name, members } }: { change: AppliedChange }) {
  const text = useText(organisationTexts);
  return (
    <>
      {text.action[action]} {text.kind[kind]} <span className="strong">{name}</span>
      {members.length === 0 || action !== 'change' ? null : (
        <span className="block soft small mono">{members.join(', ')}</span>
      )}
    </>
  );
}
