import './queue.css';
import { scopeWords } from '@countersign/wording';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { AccessRequest } from '../../api/client.js';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { ApiProblem } from '../../api/problem.js';
import { isVendor, useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { inOrder, mayApproveHere, mayApproveInBulk, nextAfter, readOrder } from './queue.js';
import { queueTexts } from './queue.text.js';
import { BulkDialog, KeysDialog, QueueTools } from './queue-dialogs.js';
import { QueueRow } from './queue-row.js';
import { useKeysChoice, useQueueKeys } from './use-queue-keys.js';
import { type BulkResult, useBulkApproval, useReview } from './use-reviews.js';

const ROWS = 50;

/** Requests that the reader may decide: a compact list with keys, and one confirmation for several of low risk. */
export function RequestQueue({ requests }: { requests: readonly AccessRequest[] }) {
  const text = useText(queueTexts);
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const vendor = isVendor(useSession());
  const what = useWhat(requests);
  const [most, setMost] = useState(ROWS);
  const rows = inOrder(requests, readOrder(params.get('order'))).slice(0, most);
  const ids = rows.map(({ id }) => id);
  const elements = useRef(new Map<string, HTMLLIElement>());
  const area = useRef<HTMLDivElement>(null);

  const [current, setCurrent] = useState<string | null>(null);
  const [armed, setArmed] = useState<string | null>(null);
  const [denying, setDenying] = useState<string | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isAsking, setAsking] = useState(false);
  const [isHelp, setHelp] = useState(false);
  const [done, setDone] = useState<string | null>(null);
  const [bulk, setBulk] = useState<BulkResult | null>(null);
  const [keysOn, chooseKeys] = useKeysChoice();

  const focus = useCallback((id: string | null | undefined) => {
    const element = elements.current.get(id ?? '') ?? document.querySelector<HTMLElement>('h1');
    element?.focus();
    element?.scrollIntoView({ block: 'nearest' });
  }, []);
  const review = useReview((request, { decision }) => {
    setBulk(null);
    setDone((decision === 'approve' ? text.approved : text.denied)(what(request)));
    setDenying(null);
    focus(nextAfter(ids, request.id));
  });
  const approveAll = useBulkApproval((result) => {
    setDone(null);
    setBulk(result);
    setChosen(new Set());
    setAsking(false);
  });
  const choosable = rows.filter((request) => mayApproveInBulk(request, vendor));
  const picked = choosable.filter(({ id }) => chosen.has(id));
  const choose = (id: string, on: boolean) =>
    setChosen((before) => new Set(on ? [...before, id] : [...before].filter((each) => each !== id)));
  const startDenying = (id: string, on: boolean) => {
    setDenying(on ? id : null);
    if (!on) focus(id);
  };
  useEffect(() => {
    if (bulk !== null) focus(null);
  }, [bulk, focus]);

  const onKey = (key: string): boolean => {
    const at = rows.find(({ id }) => id === current);
    const wasArmed = armed;
    setArmed(null);
    const step = { j: 1, k: -1 }[key];
    if (step !== undefined) {
      const place = current === null ? -1 : ids.indexOf(current);
      focus(ids[Math.min(Math.max(place + step, 0), ids.length - 1)]);
      return true;
    }
    if (key === '?') setHelp(true);
    else if (key === '/') document.querySelector<HTMLElement>('[data-key=search]')?.focus();
    else if (at === undefined || denying !== null) return false;
    else if (key === 'a') {
      if (!mayApproveHere(at, vendor)) void navigate(`/requests/${at.id}`);
      else if (wasArmed !== at.id) setArmed(at.id);
      else if (!review.isPending) review.mutate({ request: at, decision: 'approve' });
    } else if (key === 'd') startDenying(at.id, true);
    else if (key === 'x' && mayApproveInBulk(at, vendor)) choose(at.id, !chosen.has(at.id));
    else if (key === 'Enter' && document.activeElement === elements.current.get(at.id))
      void navigate(`/requests/${at.id}`);
    else return false;
    return true;
  };
  useQueueKeys(area, keysOn && !isHelp && !isAsking, onKey);

  return (
    <div ref={area} className="stack">
      <div role="status">
        {done === null ? null : (
          <Notice tone="open" icon="done">
            <p>{done}</p>
          </Notice>
        )}
        {bulk === null ? null : <BulkNotice result={bulk} what={what} />}
      </div>
      {review.error === null ? null : <ProblemNotice error={review.error} />}
      <QueueTools
        total={requests.length}
        choosable={choosable.length}
        areAllChosen={choosable.length > 0 && picked.length === choosable.length}
        picked={picked.length}
        onChooseAll={(on) => setChosen(new Set(on ? choosable.map(({ id }) => id) : []))}
        onApprove={() => setAsking(true)}
        onHelp={() => setHelp(true)}
      />
      <ul className="queue" aria-label={text.list}>
        {rows.map((request) => (
          <QueueRow
            key={request.id}
            ref={(element) => {
              if (element === null) elements.current.delete(request.id);
              else elements.current.set(request.id, element);
            }}
            request={request}
            what={what(request)}
            reads={!vendor}
            state={{
              isArmed: armed === request.id,
              isDenying: denying === request.id,
              isChosen: chosen.has(request.id),
              isBusy: review.isPending && review.variables.request.id === request.id,
            }}
            acts={{
              onFocus: () => {
                setCurrent(request.id);
                if (armed !== request.id) setArmed(null);
              },
              approveLabel: text.approveHere[vendor ? 'vendor' : 'customer'],
              onApprove: mayApproveHere(request, vendor)
                ? () => review.mutate({ request, decision: 'approve' })
                : undefined,
              onDeny: (reason) => review.mutate({ request, decision: 'deny', reason }),
              onDenying: (on) => startDenying(request.id, on),
              onChoose: mayApproveInBulk(request, vendor) ? (on) => choose(request.id, on) : undefined,
            }}
          />
        ))}
      </ul>
      {requests.length > most ? (
        <p>
          <Button onClick={() => setMost(most + ROWS)}>
            {text.more(Math.min(ROWS, requests.length - most))}
          </Button>
        </p>
      ) : null}
      <BulkDialog
        isOpen={isAsking && picked.length > 0}
        lines={picked.map((request) => ({ id: request.id, what: what(request) }))}
        isBusy={approveAll.isPending}
        onConfirm={() => approveAll.mutate(picked)}
        onClose={() => setAsking(false)}
      />
      <KeysDialog isOpen={isHelp} isOn={keysOn} onChoose={chooseKeys} onClose={() => setHelp(false)} />
    </div>
  );
}

/** A request in a few words. */
function useWhat(requests: readonly AccessRequest[]): (request: AccessRequest) => string {
  const text = useText(queueTexts);
  const language = useLanguage();
  const organisation = useOrganisation();
  const name = useNames(requests.map(({ requester }) => requester));
  return ({ requester, terms, tenant }) =>
    text.what(name(requester), scopeWords(terms.scope, language), organisation.tenant(tenant));
}

function BulkNotice({
  result: { approved, failed },
  what,
}: {
  result: BulkResult;
  what: (request: AccessRequest) => string;
}) {
  const text = useText(queueTexts);
  return (
    <Notice tone={failed.length === 0 ? 'open' : 'stop'} icon={failed.length === 0 ? 'done' : 'alert'}>
      <p>{text.bulkDone(approved.length)}</p>
      {failed.length === 0 ? null : (
        <ul className="bullets">
          {failed.map(({ request, error }) => (
            <li key={request.id}>
              {text.bulkFailed(what(request))} {error instanceof ApiProblem ? error.detail : ''}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
