import type { AccessRecord } from '@countersign/api';
import type { Language } from '@countersign/contract';
import { answerNotes, entryWords, wordFor } from '@countersign/wording';
import { bytesText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Badge } from '../../ui/badge.js';
import { Time } from '../../ui/clock.js';
import { CopyId } from '../../ui/copy.js';
import { Empty } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { liveTexts } from './live.text.js';

/** Calls, newest first. */
export function CallTable({ page }: { page: { items: AccessRecord[]; next: string | null } }) {
  const text = useText(liveTexts);
  const language = useLanguage();
  if (page.items.length === 0)
    return (
      <Empty icon="wait" title={text.none}>
        {text.noneLead}
      </Empty>
    );
  return (
    <>
      <DataTable
        caption={text.callsTitle}
        rows={page.items}
        rowKey={({ id }) => id}
        columns={[
          { label: text.when, cell: ({ at }) => <Time at={at} /> },
          {
            label: text.call,
            cell: ({ method, path, file, droppedHeaders }) => (
              <>
                <code>
                  {method} {path ?? text.erased}
                </code>
                {file === undefined ? null : <p className="soft">{text.fileFrom(file.host)}</p>}
                <DroppedHeaders names={droppedHeaders} />
              </>
            ),
          },
          { label: text.meaning, cell: (record) => meaning(record, language) },
          { label: text.result, cell: (record) => <Result record={record} /> },
          {
            label: text.size,
            number: true,
            cell: ({ bytes, sentSha256 }) => (
              <>
                {bytes === null ? '–' : bytesText(bytes, language)}
                <SentHash hash={sentSha256} />
              </>
            ),
          },
        ]}
      />
      {page.next === null ? null : <p className="soft">{text.newest}</p>}
    </>
  );
}

/** The hash of the file that was sent, to compare with the file. */
function SentHash({ hash }: { hash: string | undefined }) {
  const text = useText(liveTexts);
  if (hash === undefined) return null;
  return (
    <details className="soft">
      <summary>{text.sentHash}</summary>
      <CopyId id={hash} />
    </details>
  );
}

/** The names of headers that the caller sent and the service did not get. Browsers send a dozen: they open on demand. */
function DroppedHeaders({ names }: { names: readonly string[] }) {
  const text = useText(liveTexts);
  if (names.length === 0) return null;
  return (
    <details className="soft">
      <summary>{text.droppedHeaders(names.length)}</summary>
      <code>{names.join(', ')}</code>
    </details>
  );
}

const meaning = ({ action, resource }: AccessRecord, language: Language): string =>
  action === null || resource === null ? '–' : entryWords({ resource, actions: [action] }, language);

const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function Result({ record }: { record: AccessRecord }) {
  const text = useText(liveTexts);
  const language = useLanguage();
  const { decision, code, count, status, outcome } = record;
  if (decision === 'refused')
    return (
      <span className="row near">
        <Badge tone="stop" icon="stop">
          {text.refused}
        </Badge>
        <span>{wordFor(text.codes, code ?? '') ?? code}</span>
        {count > 1 ? <span className="soft">{text.folded(count)}</span> : null}
      </span>
    );
  return (
    <>
      <span className="row near">
        <Badge tone="open" icon="done">
          {text.allowed}
        </Badge>
        <span>{status ?? outcome ?? text.running}</span>
      </span>
      {answerNotes(record, language).map((note) => (
        <p key={note} className="soft">
          {sentenceCase(note)}
        </p>
      ))}
    </>
  );
}
