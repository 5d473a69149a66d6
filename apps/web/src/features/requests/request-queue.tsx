import './queue.css';
import type { AccessRequest } from '@countersign/api';
import { type ReactNode, useRef, useState } from 'react';
import { ApiProblem } from '../../api/problem.js';
import { isVendor, useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { useSearchParams } from '../../ui/address.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { problemWords } from '../../ui/problem-text.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { inOrder, readOrder } from './queue.js';
import { queueTexts } from './queue.text.js';
import { BulkDialog, KeysDialog, QueueTools } from './queue-dialogs.js';
import { QueueRow, useWhat } from './queue-row.js';
import { type Done, useQueue } from './use-queue.js';
import { useKeysChoice, useQueueKeys } from './use-queue-keys.js';

const ROWS = 50;

/** Requests that the reader may decide: a compact list with keys, and one confirmation for several of low risk. */
export function RequestQueue({
  requests,
  empty,
}: {
  requests: readonly AccessRequest[];
  /** In place of the list if it is empty. What was decided last is still shown above it. */
  empty: ReactNode;
}) {
  const text = useText(queueTexts);
  const params = useSearchParams();
  const vendor = isVendor(useSession());
  const [most, setMost] = useState(ROWS);
  const [isHelp, setHelp] = useState(false);
  const [keysOn, chooseKeys] = useKeysChoice();
  const area = useRef<HTMLDivElement>(null);
  const rows = inOrder(requests, readOrder(params.get('order'))).slice(0, most);
  const queue = useQueue(rows, vendor, () => setHelp(true));
  const { choosable, picked, review, approveAll, isAsking, setAsking } = queue;
  useQueueKeys(area, keysOn && !isHelp && !isAsking, queue.onKey);

  return (
    <div ref={area} className="stack">
      <div role="status">{queue.done === null ? null : <DoneNotice done={queue.done} />}</div>
      {review.error === null ? null : <ProblemNotice error={review.error} />}
      {requests.length === 0 ? (
        empty
      ) : (
        <QueueTools
          total={requests.length}
          choosable={choosable.length}
          areAllChosen={choosable.length > 0 && picked.length === choosable.length}
          picked={picked.length}
          onChooseAll={queue.chooseAll}
          onApprove={() => setAsking(true)}
          onHelp={() => setHelp(true)}
        />
      )}
      {rows.length === 0 ? null : (
        <ul className="queue" aria-label={text.list}>
          {rows.map((request) => (
            <QueueRow key={request.id} request={request} vendor={vendor} queue={queue} />
          ))}
        </ul>
      )}
      {requests.length > most ? (
        <p>
          <Button onClick={() => setMost(most + ROWS)}>
            {text.more(Math.min(ROWS, requests.length - most))}
          </Button>
        </p>
      ) : null}
      <BulkDialog
        isOpen={isAsking && picked.length > 0}
        requests={picked}
        isBusy={approveAll.isPending}
        onConfirm={() => approveAll.mutate(picked)}
        onClose={() => setAsking(false)}
      />
      <KeysDialog isOpen={isHelp} isOn={keysOn} onChoose={chooseKeys} onClose={() => setHelp(false)} />
    </div>
  );
}

/** What was decided last: one request, or several with those that failed. */
function DoneNotice({ done }: { done: Done }) {
  const text = useText(queueTexts);
  const language = useLanguage();
  const failed = 'bulk' in done ? done.bulk.failed : [];
  const what = useWhat('bulk' in done ? failed.map(({ request }) => request) : [done.request]);
  const line =
    'bulk' in done ? text.bulkDone(done.bulk.approved.length) : text.done[done.decision](what(done.request));
  return (
    <Notice tone={failed.length === 0 ? 'open' : 'stop'} icon={failed.length === 0 ? 'done' : 'alert'}>
      <p>{line}</p>
      {failed.length === 0 ? null : (
        <ul className="bullets">
          {failed.map(({ request, error }) => (
            <li key={request.id}>
              {text.bulkFailed(what(request))}{' '}
              {error instanceof ApiProblem ? problemWords(error, language) : ''}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
