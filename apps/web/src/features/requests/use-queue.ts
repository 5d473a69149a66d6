import type { AccessRequest } from '@countersign/api';
import { useCallback, useEffect, useRef, useState } from 'react';
import { navigate } from '../../ui/address.js';
import { mayApproveHere, mayApproveInBulk, nextAfter } from './queue.js';
import { type BulkResult, type ListReview, useBulkApproval, useReview } from './use-reviews.js';

/** The rows as elements, and the focus among them. */
function useRowFocus() {
  const elements = useRef(new Map<string, HTMLLIElement>());
  /** Focuses a row; the heading of the page if there is no such row. */
  const focus = useCallback((id: string | null | undefined) => {
    const element = elements.current.get(id ?? '') ?? document.querySelector<HTMLElement>('h1');
    element?.focus();
    element?.scrollIntoView({ block: 'nearest' });
  }, []);
  const refOf = (id: string) => (element: HTMLLIElement | null) => {
    if (element === null) elements.current.delete(id);
    else elements.current.set(id, element);
  };
  const isFocused = (id: string) => document.activeElement === elements.current.get(id);
  return { focus, refOf, isFocused };
}

/** The chosen rows, of those that may be approved together. */
function useChosen(rows: readonly AccessRequest[], vendor: boolean) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const choosable = rows.filter((request) => mayApproveInBulk(request, vendor));
  return {
    choosable,
    picked: choosable.filter(({ id }) => chosen.has(id)),
    choose: (id: string, on: boolean) =>
      setChosen((before) => new Set(on ? [...before, id] : [...before].filter((each) => each !== id))),
    chooseAll: (on: boolean) => setChosen(new Set(on ? choosable.map(({ id }) => id) : [])),
  };
}

/** What was decided last in this queue: one request, or several at once. */
export type Done = { request: AccessRequest; decision: ListReview['decision'] } | { bulk: BulkResult };

/** Decisions on single rows and on the chosen ones, and what was decided last. */
function useDecisions(
  ids: readonly string[],
  focus: ReturnType<typeof useRowFocus>['focus'],
  chooseAll: (on: boolean) => void,
) {
  const [denying, setDenying] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [done, setDone] = useState<Done | null>(null);
  const review = useReview((request, { decision }) => {
    setDone({ request, decision });
    setDenying(null);
    focus(nextAfter(ids, request.id));
  });
  const approveAll = useBulkApproval((bulk) => {
    setDone({ bulk });
    chooseAll(false);
    setAsking(false);
  });
  useEffect(() => {
    if (done !== null && 'bulk' in done) focus(null);
  }, [done, focus]);
  const startDenying = (id: string, on: boolean) => {
    setDenying(on ? id : null);
    if (!on) focus(id);
  };
  return { denying, startDenying, isAsking, setAsking, done, review, approveAll };
}

/** The rows of a queue with decisions, by buttons and by keys. */
export function useQueue(rows: readonly AccessRequest[], vendor: boolean, onHelp: () => void) {
  const ids = rows.map(({ id }) => id);
  const { focus, refOf, isFocused } = useRowFocus();
  const chosen = useChosen(rows, vendor);
  const decisions = useDecisions(ids, focus, chosen.chooseAll);
  const { review, denying, startDenying } = decisions;
  const [current, setCurrent] = useState<string | null>(null);
  const [armed, setArmed] = useState<string | null>(null);
  const openPage = (id: string) => navigate(`/requests/${id}`);

  /** Keys of one row. @returns whether the key did something */
  const onRowKey = (key: string, row: AccessRequest, wasArmed: boolean): boolean => {
    if (key === 'a') {
      if (!mayApproveHere(row, vendor)) openPage(row.id);
      else if (!wasArmed) setArmed(row.id);
      else if (!review.isPending) review.mutate({ request: row, decision: 'approve' });
    } else if (key === 'd') startDenying(row.id, true);
    else if (key === 'x' && mayApproveInBulk(row, vendor))
      chosen.choose(row.id, !chosen.picked.some(({ id }) => id === row.id));
    else if (key === 'Enter' && isFocused(row.id)) openPage(row.id);
    else return false;
    return true;
  };
  const onKey = (key: string): boolean => {
    setArmed(null);
    const step = { j: 1, k: -1 }[key];
    if (step !== undefined) {
      const place = current === null ? -1 : ids.indexOf(current);
      focus(ids[Math.min(Math.max(place + step, 0), ids.length - 1)]);
      return true;
    }
    if (key === '?') onHelp();
    else if (key === '/') document.querySelector<HTMLElement>('[data-key=search]')?.focus();
    else {
      const row = rows.find(({ id }) => id === current);
      return row !== undefined && denying === null && onRowKey(key, row, armed === row.id);
    }
    return true;
  };
  const onFocus = (id: string) => {
    setCurrent(id);
    if (armed !== id) setArmed(null);
  };
  return { ...chosen, ...decisions, armed, refOf, onKey, onFocus };
}

export type Queue = ReturnType<typeof useQueue>;
