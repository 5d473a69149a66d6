import type { Event } from '@countersign/api';
import { AuditLogError, encodeBase64, encodeLeaf, type LeafV1, leafHash } from '@countersign/audit-log';
import { useQuery } from '@tanstack/react-query';
import { openingsQuery } from '../../api/log.js';
import { may, useSession } from '../../api/session.js';
import { webHashing } from '../../log/web-crypto.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { CopyId } from '../../ui/copy.js';
import { Erased } from '../../ui/erased.js';
import { Icon } from '../../ui/icon.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { activityTexts } from './activity.text.js';

/** The bytes of an event's leaf: what is hashed. Undefined if it is no leaf, which no broker of ours writes. */
function leafBytes({ index: _index, ...leaf }: Event): Uint8Array | undefined {
  try {
    return encodeLeaf(leaf as LeafV1);
  } catch (error) {
    if (error instanceof AuditLogError) return undefined;
    throw error;
  }
}

/** One leaf as it is hashed, its hash, the values behind its commitments, and its proof as a file. */
export function RawLeaf({ event, log }: { event: Event; log: string }) {
  const text = useText(activityTexts);
  const language = useLanguage();
  const mayFollow = may(useSession(), 'log.follow');
  const bytes = leafBytes(event);
  if (bytes === undefined) return <p>{text.noLeaf}</p>;
  return (
    <div className="stack near">
      <h3>{text.leaf(numberText(event.index, language))}</h3>
      <dl className="facts">
        <dt>{text.hash}</dt>
        <dd>
          <CopyId id={encodeBase64(leafHash(webHashing, bytes))} />
        </dd>
        <dt>{text.json}</dt>
        <dd>
          <pre className="leaf" lang="en">
            {new TextDecoder().decode(bytes)}
          </pre>
        </dd>
        {mayFollow && Object.keys(event.commitments).length > 0 ? (
          <>
            <dt>{text.values}</dt>
            <dd>
              <Values log={log} index={event.index} />
            </dd>
          </>
        ) : null}
      </dl>
      {mayFollow ? (
        <p>
          <a
            className="button small"
            href={`/log/${log}/proof/${event.index}`}
            download={`${log}-${event.index}.tlog-proof`}
          >
            <Icon name="download" />
            {text.download}
          </a>
        </p>
      ) : null}
    </div>
  );
}

function Values({ log, index }: { log: string; index: number }) {
  const text = useText(activityTexts);
  const { data, error, refetch } = useQuery(openingsQuery(log, index));
  if (error !== null) return <ProblemNotice error={error} retry={() => void refetch()} />;
  if (data === undefined) return <span className="soft">{text.readingValues}</span>;
  const values = Object.entries(data.openings);
  const erased = Object.entries(data.erased);
  if (values.length + erased.length === 0) return <span className="soft">{text.noValues}</span>;
  return (
    <ul className="bullets">
      {values.map(([name, { value }]) => (
        <li key={name}>
          <span className="mono small">{name}</span>: {value}
        </li>
      ))}
      {erased.map(([name, by]) => (
        <li key={name}>
          <span className="mono small">{name}</span>: <Erased erased={by} />
        </li>
      ))}
    </ul>
  );
}
