import type { GlossaryWord } from '@countersign/wording';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { useAddress } from './address.js';
import { Helped } from './help.js';

/**
 * Focuses the heading of a page that the reader has navigated to, but not on the first load. A filter changes the address of the
 * page and keeps the focus: someone may be typing in it.
 */
function useArrival(): React.RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const { visit } = useAddress();
  const [isArrival] = useState(visit > 0);
  useEffect(() => {
    if (isArrival) heading.current?.focus();
  }, [isArrival]);
  return heading;
}

/**
 * How many requests wait for the reader, as text; empty if none does. The title of the tab begins with it, so that it is seen from
 * another tab.
 */
export const WaitingCount = createContext('');

/** The layout of every page: a title, a heading and one column. */
export function Page({
  title,
  help,
  helpWord = title,
  lead,
  narrow = false,
  actions,
  children,
}: {
  title: string;
  /** The term in the title that a button explains. */
  help?: GlossaryWord;
  /** The word itself, if the title is a sentence. */
  helpWord?: string;
  lead?: ReactNode;
  narrow?: boolean;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const heading = useArrival();
  const waiting = useContext(WaitingCount);
  return (
    <div className={narrow ? 'page narrow' : 'page'}>
      <title>{`${waiting === '' ? '' : `(${waiting}) `}${title} · Countersign`}</title>
      <div className="page-head row between">
        <div>
          <Helped about={help} word={helpWord}>
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
          </Helped>
          {lead === undefined ? null : <p className="lead">{lead}</p>}
        </div>
        {actions}
      </div>
      {children}
    </div>
  );
}
