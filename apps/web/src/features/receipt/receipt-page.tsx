import './receipt.css';
import type { AccessRecord, AccessRequestDetail, Grant, GrantDetail } from '@countersign/api';
import { accessWords, entryWords, wordFor } from '@countersign/wording';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { grantQuery, readAllRecords } from '../../api/grants.js';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { requestQuery } from '../../api/requests.js';
import { bytesText, numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { useParams } from '../../ui/address.js';
import { GrantAccessBadge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant, Time, useNow } from '../../ui/clock.js';
import { Erased } from '../../ui/erased.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/query-states.js';
import { SealMark } from '../../ui/seal.js';
import { DataTable } from '../../ui/table.js';
import { Reviews } from '../decision/reviews.js';
import { CallTable } from '../grants/call-table.js';
import { liveTexts } from '../grants/live.text.js';
import { download } from '../history/record-export.js';
import { LogProofs } from './log-proofs.js';
import { receiptTexts } from './receipt.text.js';
import { ReceiptProof } from './receipt-proof.js';
import { countCalls, endedBeforeStart, refusedCalls, summariseCalls } from './summary.js';

/** `/grants/{id}/receipt`: what was allowed and what was done, to print or download. */
export default function ReceiptPage() {
  const { id = '' } = useParams();
  const grant = useQuery(grantQuery(id));
  const request = useQuery({
    ...requestQuery(grant.data?.request ?? ''),
    enabled: grant.data !== undefined,
  });
  const records = useQuery({
    // Live updates do not invalidate this key. The page reads all records once, and again when access has ended.
    queryKey: ['receipt', id, grant.data?.state],
    enabled: grant.data !== undefined,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => readAllRecords(grant.data?.tenant ?? '', { grant: id }, undefined, signal),
  });
  return (
    <Loaded query={grant}>
      {(found) => (
        <Loaded query={request}>
          {(asked) => (
            <Loaded query={records}>
              {(calls) => <Receipt grant={found} request={asked} records={calls} />}
            </Loaded>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

const hasTicket = ({ terms }: AccessRequestDetail): boolean => 'ticket' in terms;

function Receipt({
  grant,
  request,
  records,
}: {
  grant: GrantDetail;
  request: AccessRequestDetail;
  records: AccessRecord[];
}) {
  const text = useText(receiptTexts);
  const organisation = useOrganisation();
  const name = useNames([grant.requester]);
  const file = `receipt-${grant.id}`;
  return (
    <Page
      help="receipt"
      narrow
      title={text.title}
      lead={text.summary(name(grant.requester), organisation.vendor, organisation.tenant(grant.tenant))}
      actions={
        <span className="row near no-print">
          <Button small icon="print" onClick={() => window.print()}>
            {text.print}
          </Button>
          <Button small icon="download" onClick={() => download(file, 'csv', records, name)}>
            {text.csv}
          </Button>
          <Button small icon="download" onClick={() => download(file, 'json', records, name)}>
            {text.json}
          </Button>
        </span>
      }
    >
      <PrintHeader grant={grant} />
      <div className="sheet stack loose">
        <Facts grant={grant} request={request} />
        <section className="stack">
          <h2>{text.decided}</h2>
          <Reviews request={request} year />
          {grant.countersignedBy.length === 0 ? <p className="soft">{text.word}</p> : null}
        </section>
        <Done records={records} />
        <ReceiptProof grant={grant} request={request} records={records} />
        <LogProofs grant={grant} />
        <Ids grant={grant} request={request} />
      </div>
    </Page>
  );
}

/** What was allowed, when and why, and whether it has ended. */
function Facts({ grant, request }: { grant: GrantDetail; request: AccessRequestDetail }) {
  const text = useText(receiptTexts);
  const language = useLanguage();
  return (
    <dl className="facts">
      <dt>{text.allowed}</dt>
      <dd className="strong">{accessWords(grant, language)}</dd>
      <dt>{text.window}</dt>
      <dd>
        <Window grant={grant} />
      </dd>
      <dt>{grant.state === 'ended' ? text.ended : text.now}</dt>
      <dd className="row near">
        <GrantAccessBadge access={grant.access} endReason={grant.endReason} />
        {grant.state === 'ended' ? <EndedBy grant={grant} /> : text.notFinal}
      </dd>
      <dt>{text.reason}</dt>
      <dd>{request.justification ?? <Erased erased={request.erased['justification']} />}</dd>
      <dt>{text.ticket}</dt>
      <dd>
        {request.ticket ?? (hasTicket(request) ? <Erased erased={request.erased['ticket']} /> : text.none)}
      </dd>
    </dl>
  );
}

function Ids({ grant, request }: { grant: GrantDetail; request: AccessRequestDetail }) {
  const text = useText(receiptTexts);
  const trust = trustOf(request);
  return (
    <section className="stack near">
      <h2>{text.ids}</h2>
      <dl className="facts mono small">
        <dt>{text.grant}</dt>
        <dd>{grant.id}</dd>
        <dt>{text.request}</dt>
        <dd>{grant.request}</dd>
        <dt>{text.digest}</dt>
        <dd>{grant.digest}</dd>
        {trust === undefined ? null : (
          <>
            <dt>{text.trust}</dt>
            <dd>{trust}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** The hash of the trust document that the countersignatures name; undefined if there are none. */
const trustOf = ({ countersignatures }: AccessRequestDetail): string | undefined =>
  countersignatures.map(({ statement }) => statement['trust']).find((hash) => typeof hash === 'string');

function Window({ grant }: { grant: Grant }) {
  const text = useText(receiptTexts);
  const { startsAt, endsAt, endedAt } = grant;
  const end = endedAt ?? endsAt;
  if (startsAt === null || end === null) return text.notBegun;
  if (endedBeforeStart(grant)) return text.neverBegan;
  return (
    <>
      <Instant at={startsAt} seconds year /> {text.until} <Instant at={end} seconds year />
    </>
  );
}

/** Who ended the access, when, and the reason that they gave. */
function EndedBy({ grant: { endedBy, endedAt, endReason, accessReason } }: { grant: Grant }) {
  const text = useText(receiptTexts);
  const name = useNames(endedBy === null ? [] : [endedBy]);
  const by = endedBy !== null ? text.stoppedBy(name(endedBy)) : endReason === 'revoked' ? text.byRule : null;
  return (
    <span>
      {by === null ? null : `${by}, `}
      {endedAt === null ? null : <Instant at={endedAt} seconds year />}
      {accessReason?.why == null ? null : ` · ${accessReason.why}`}
    </span>
  );
}

/** On paper the page's bar is missing: this says what the sheet is, between whom, and when it was printed. */
function PrintHeader({ grant }: { grant: Grant }) {
  const text = useText(receiptTexts);
  const organisation = useOrganisation();
  const now = useNow(60_000);
  return (
    <div className="print-only print-header">
      <SealMark />
      <div>
        <p className="strong">{text.between(organisation.vendor, organisation.tenant(grant.tenant))}</p>
        <p className="small mono">{grant.id}</p>
      </div>
      <p className="small">
        {text.printedAt} <Instant at={new Date(now).toISOString()} year />
      </p>
    </div>
  );
}

function Done({ records }: { records: AccessRecord[] }) {
  const text = useText(receiptTexts);
  const language = useLanguage();
  const sent = records.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  return (
    <section className="stack">
      <h2>{text.done}</h2>
      {records.length === 0 ? (
        <p>{text.nothing}</p>
      ) : (
        <>
          <p>
            {text.calls(
              numberText(countCalls(records, 'allowed'), language),
              numberText(countCalls(records, 'refused'), language),
            )}
            . {text.bytes(bytesText(sent, language))}.
          </p>
          <DataTable
            caption={text.done}
            rows={summariseCalls(records)}
            rowKey={({ action, resource }) => `${action} ${resource}`}
            columns={[
              {
                label: text.action,
                cell: ({ action, resource }) => entryWords({ resource, actions: [action] }, language),
              },
              { label: text.count, number: true, cell: ({ calls }) => numberText(calls, language) },
              { label: text.first, cell: ({ first }) => <Time at={first} /> },
              { label: text.last, cell: ({ last }) => <Time at={last} /> },
            ]}
          />
          <Refused records={refusedCalls(records)} />
          <details className="details">
            <summary>{text.all}</summary>
            <CallTable page={{ items: records, next: null }} />
          </details>
        </>
      )}
    </section>
  );
}

/** Each refused call: what was tried, and why it did not pass. */
function Refused({ records }: { records: AccessRecord[] }) {
  const text = useText(receiptTexts);
  const live = useText(liveTexts);
  const language = useLanguage();
  if (records.length === 0) return null;
  return (
    <section className="stack near">
      <h3>{text.refusedTitle}</h3>
      <DataTable
        caption={text.refusedTitle}
        rows={records}
        rowKey={({ id }) => id}
        columns={[
          { label: text.when, cell: ({ at }) => <Time at={at} /> },
          {
            label: text.call,
            cell: ({ method, path }) => (
              <code>
                {method} {path ?? live.erased}
              </code>
            ),
          },
          { label: text.refusedWhy, cell: ({ code }) => wordFor(live.codes, code ?? '') ?? code },
          { label: text.times, number: true, cell: ({ count }) => numberText(count, language) },
        ]}
      />
    </section>
  );
}
