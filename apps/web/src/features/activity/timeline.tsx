import type { Event } from '@countersign/api';
import { answerNotes, wordFor } from '@countersign/wording';
import { useState } from 'react';
import { bytesText, dayHeading } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Time } from '../../ui/clock.js';
import { Icon, type IconName } from '../../ui/icon.js';
import { Link } from '../../ui/link.js';
import { changeAddress } from '../lists/list-filter.js';
import { activityTexts } from './activity.text.js';
import { memberText } from './event-words.js';
import { RawLeaf } from './raw-leaf.js';
import { endOf, groupByDay, joinOutcomes, type Row } from './rows.js';
import { sentenceOf } from './sentence.js';

const BAD: Readonly<Record<string, IconName>> = {
  'access.refused': 'stop',
  'gateway.bypassed': 'alert',
  'gateway.gap': 'alert',
  'gateway.mismatch': 'alert',
  'lock.set': 'stop',
  'log.restored': 'alert',
  'request.denied': 'stop',
  'trust.reset': 'alert',
  'trust.stopped': 'stop',
};
const OPEN: Readonly<Record<string, IconName>> = { 'access.allowed': 'arrow', 'grant.started': 'open' };

/** How an event looks. Its sentence says the same. */
function lookOf({ type, data }: Event): { tone: string; icon: IconName } {
  const bad = type === 'grant.ended' && data['reason'] === 'revoked' ? 'stop' : wordFor(BAD, type);
  if (bad !== undefined) return { tone: 'stop', icon: bad };
  const open = wordFor(OPEN, type);
  return open === undefined ? { tone: 'plain', icon: 'info' } : { tone: 'open', icon: open };
}

/** Events by day, newest first, each as one sentence. */
export function Timeline({
  events,
  log,
  name,
}: {
  events: readonly Event[];
  log: string;
  name: (person: string) => string;
}) {
  const language = useLanguage();
  return (
    <>
      {groupByDay(joinOutcomes(events)).map(({ at, rows }) => (
        <section key={rows[0]?.event.index} className="stack near">
          <h2 className="day">{dayHeading(at, language)}</h2>
          <ol className="events">
            {rows.map((row) => (
              <EventRow key={row.event.index} row={row} log={log} name={name} />
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}

function EventRow({
  row: { event, outcome },
  log,
  name,
}: {
  row: Row;
  log: string;
  name: (person: string) => string;
}) {
  const text = useText(activityTexts);
  const language = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const { tone, icon } = lookOf(event);
  const ended = endOf({ event, outcome });
  return (
    <li className="event" data-tone={tone}>
      <Icon name={icon} />
      <span className="event-time soft">
        <Time at={event.at} />
      </span>
      <div className="stack tight">
        <p>
          {sentenceOf(event, language, name)}
          {ended === null ? null : <Outcome call={event} outcome={ended} />}
        </p>
        {event.type === 'demand.accessed' ? (
          <p>
            <Link to={`/activity?log=${encodeURIComponent(memberText(event, 'log'))}`}>{text.sealedLog}</Link>
          </p>
        ) : null}
        <div className="event-more">
          <details className="details" onToggle={(toggled) => setOpen(toggled.currentTarget.open)}>
            <summary>{text.raw}</summary>
            {isOpen ? (
              <div className="stack">
                <RawLeaf event={event} log={log} />
                {outcome === null ? null : (
                  <>
                    <p className="strong">{text.outcomeLeaf}</p>
                    <RawLeaf event={outcome} log={log} />
                  </>
                )}
              </div>
            ) : null}
          </details>
          <References event={event} />
        </div>
      </div>
    </li>
  );
}

const HASH_SHOWN = 12;

/** The beginning of the hash of what was sent; the leaf has all of it. Empty if there is none. */
const hashText = (hash: string): string =>
  hash === '' ? '' : `SHA-256 ${hash.replace(/^sha256:/, '').slice(0, HASH_SHOWN)}…`;

/** The storage from which the gateway fetched a file; empty if the call fetched none. */
function fileText({ data }: Event, text: { fileFrom(host: string): string }): string {
  const { host } = (data['file'] ?? {}) as { host?: unknown };
  return typeof host === 'string' ? text.fileFrom(host) : '';
}

/** How a call ended, and what was done to its answer. */
function Outcome({ call, outcome }: { call: Event; outcome: Event }) {
  const text = useText(activityTexts);
  const language = useLanguage();
  const bytes = outcome.data['bytes'];
  const end = memberText(outcome, 'outcome');
  const parts = [
    wordFor(text.outcome, end) ?? end,
    memberText(outcome, 'status'),
    typeof bytes === 'number' ? bytesText(bytes, language) : '',
    fileText(call, text),
    hashText(memberText(outcome, 'sentSha256')),
    ...answerNotes({ ...call.data, ...outcome.data }, language),
  ];
  return <span className="soft"> → {parts.filter((part) => part !== '').join(', ')}</span>;
}

/** The request and the grant that an event names: to narrow the list to them, and to open them. */
function References({ event }: { event: Event }) {
  const text = useText(activityTexts);
  const request = memberText(event, 'request');
  const grant = memberText(event, 'grant');
  if (request === '' && grant === '') return null;
  return (
    <p className="row no-print">
      {grant === '' ? null : (
        <>
          <Button small look="plain" onClick={() => changeAddress({ grant, request: null })}>
            {text.grant}
          </Button>
          <Link className="button plain small" to={`/grants/${grant}`}>
            {text.watch}
          </Link>
        </>
      )}
      {request === '' || grant !== '' ? null : (
        <>
          <Button small look="plain" onClick={() => changeAddress({ request, grant: null })}>
            {text.request}
          </Button>
          <Link className="button plain small" to={`/requests/${request}`}>
            {text.open}
          </Link>
        </>
      )}
    </p>
  );
}
