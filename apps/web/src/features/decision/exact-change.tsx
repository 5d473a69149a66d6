import type { AccessRequestDetail } from '@countersign/api';
import {
  type Change,
  type Opening,
  openCommitment,
  sha256Digest,
  showHiddenCharacters,
  type Terms,
} from '@countersign/contract';
import { bodyDifference, changedRows, type DifferenceRow } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { withHashing } from '../../passkey/web-hashing.js';
import { instantText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice, RequestStateBadge } from '../../ui/badge.js';
import { Helped } from '../../ui/help.js';
import { Link } from '../../ui/link.js';
import { exactChangeTexts } from './exact-change.text.js';

/** The exact change that a request asks for, before and after side by side, and the thread that it belongs to. */
export function ExactChange({ request }: { request: AccessRequestDetail }) {
  const text = useText(exactChangeTexts);
  const { change } = request.terms as Terms;
  const { proposed = [] } = request;
  if (change === undefined)
    return proposed.length === 0 ? null : (
      <section className="stack near">
        <p>{text.proposed}</p>
        <ul className="plain-list">
          {proposed.map(({ id, state }) => (
            <li key={id}>
              <Link to={`/requests/${id}`}>{text.proposedOne}</Link> <RequestStateBadge request={{ state }} />
            </li>
          ))}
        </ul>
      </section>
    );
  return (
    <section className="stack near exact-change">
      <Helped about="exact-change" word={text.title}>
        <h2>{text.title}</h2>
      </Helped>
      <p>
        {text.lead} <code>{showHiddenCharacters(`${change.method} ${change.path}`)}</code>
      </p>
      {change.follows === undefined ? null : (
        <p>
          {text.follows} <Link to={`/requests/${change.follows}`}>{text.followed}</Link>
        </p>
      )}
      {change.contentType === undefined ? null : (
        <p className="soft">
          <code>{`Content-Type: ${change.contentType}`}</code>
        </p>
      )}
      <Contents request={request} change={change} />
      <p className="soft">
        <code>{change.bodySha256}</code>
      </p>
    </section>
  );
}

type Verified = 'ok' | 'differs';

/** Whether the texts are those that the terms commit to, and the body has the hash that is approved. */
const verifyTexts = (change: Change, openings: Readonly<Record<string, Opening>>): Promise<Verified> =>
  withHashing((hashing) => {
    const { changeBody, changeBefore } = openings;
    const isBody =
      changeBody === undefined ||
      (openCommitment(hashing, 'changeBody', changeBody, change.body ?? '') &&
        sha256Digest(hashing, changeBody.value) === change.bodySha256);
    const isBefore =
      changeBefore === undefined ||
      openCommitment(hashing, 'changeBefore', changeBefore, change.before?.body ?? '');
    return isBody && isBefore ? 'ok' : 'differs';
  });

function Contents({ request, change }: { request: AccessRequestDetail; change: Change }) {
  const text = useText(exactChangeTexts);
  const { openings } = request;
  const verified = useQuery({
    queryKey: ['change-texts', request.id, request.digest, openings],
    queryFn: () => verifyTexts(change, openings),
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
  const after = openings['changeBody']?.value;
  if (change.contentEncoding !== undefined) return <p>{text.encoding(change.contentEncoding)}</p>;
  if (change.body === undefined) return <p>{text.hashOnly}</p>;
  if (after === undefined) return <p>{text.erased}</p>;
  if (verified === undefined) return null;
  if (verified === 'differs')
    return (
      <Notice tone="stop" icon="alert" live>
        <p className="strong">{text.differs}</p>
      </Notice>
    );
  const before = openings['changeBefore']?.value ?? null;
  return (
    <>
      <p>{text.checked}</p>
      <BeforeStatement request={request} change={change} />
      <Difference change={change} before={before} after={after} />
      <WholeText title={text.wholeAfter} body={after} />
      {before === null ? null : <WholeText title={text.wholeBefore} body={before} />}
    </>
  );
}

/** Says who states the earlier content, and whether the record that the engineer names confirms it. */
function BeforeStatement({ request, change }: { request: AccessRequestDetail; change: Change }) {
  const text = useText(exactChangeTexts);
  const language = useLanguage();
  const { beforeRecord } = request;
  if (change.before === undefined) return <p>{text.noBefore}</p>;
  return (
    <p>
      {text.beforeAt(instantText(change.before.at, language))}. {text.statement}{' '}
      {beforeRecord === undefined
        ? null
        : beforeRecord === null
          ? text.recordNone
          : beforeRecord.isSame
            ? beforeRecord.byHash
              ? text.recordHash(instantText(beforeRecord.at, language))
              : text.recordSame(instantText(beforeRecord.at, language))
            : text.recordOther}
    </p>
  );
}

function Difference({ change, before, after }: { change: Change; before: string | null; after: string }) {
  const text = useText(exactChangeTexts);
  const { rows } = bodyDifference(before, after, change.contentType);
  if (rows === null)
    return (
      <>
        <p>{text.texts}</p>
        <div className="side-by-side">
          <Side label={text.before} body={before} />
          <Side label={text.after} body={after} />
        </div>
      </>
    );
  const first = changedRows(rows, change.method);
  const rest = rows.filter((row) => !first.includes(row));
  const same = rest.filter(({ kind }) => kind === 'same');
  const absent = rest.filter(({ kind }) => kind === 'absent');
  return (
    <>
      <Rows rows={first} />
      {same.length === 0 ? null : <MoreRows title={text.unchanged(same.length)} rows={same} />}
      {absent.length === 0 ? null : <MoreRows title={text.left(absent.length)} rows={absent} />}
    </>
  );
}

function Rows({ rows }: { rows: readonly DifferenceRow[] }) {
  const text = useText(exactChangeTexts);
  if (rows.length === 0) return null;
  return (
    <table className="grid-table compare difference">
      <caption className="visually-hidden">{text.title}</caption>
      <thead>
        <tr>
          <th scope="col">{text.value}</th>
          <th scope="col">{text.before}</th>
          <th scope="col">{text.after}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ pointer, kind, before, after }) => (
          <tr key={pointer}>
            <th scope="row">
              <code>{pointer === '' ? '/' : pointer}</code> <span className="soft">{text[kind]}</span>
            </th>
            <td data-label={text.before}>
              <div>
                {before === null ? <span className="soft">{text.unknown}</span> : <code>{before}</code>}
              </div>
            </td>
            <td data-label={text.after} className="granting">
              <div>
                {after === null ? <span className="soft">{text.notNamed}</span> : <code>{after}</code>}
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const MoreRows = ({ title, rows }: { title: string; rows: readonly DifferenceRow[] }) => (
  <details className="details">
    <summary>{title}</summary>
    <Rows rows={rows} />
  </details>
);

function Side({ label, body }: { label: string; body: string | null }) {
  const text = useText(exactChangeTexts);
  return (
    <div className="stack near">
      <h3>{label}</h3>
      {body === null ? <p className="soft">{text.unknown}</p> : <pre className="terms">{visible(body)}</pre>}
    </div>
  );
}

const WholeText = ({ title, body }: { title: string; body: string }) => (
  <details className="details">
    <summary>{title}</summary>
    <pre className="terms">{visible(body)}</pre>
  </details>
);

/** Line breaks stay, all other hidden characters are written out. */
const visible = (body: string): string =>
  body
    .split('\n')
    .map((line) => showHiddenCharacters(line))
    .join('\n');
