import type { ReactNode } from 'react';

/** The countersignature seal: who decided, when, and how that person had signed in. */
export function Seal({ tone = 'accent', children }: { tone?: 'accent' | 'stop'; children: ReactNode }) {
  return (
    <div className="seal" data-tone={tone}>
      <svg viewBox="0 0 56 56" aria-hidden="true" focusable="false">
        <g fill="none" stroke="currentColor" strokeLinecap="round" strokeLinejoin="round">
          <circle cx="28" cy="28" r="25" strokeWidth="1.5" strokeDasharray="1.5 2.4" />
          <circle cx="28" cy="28" r="21" strokeWidth="1.5" />
          <path d={tone === 'stop' ? 'M20 28h16' : 'm19.5 28.6 6 6 11.5-13'} strokeWidth="3" />
        </g>
      </svg>
      <div className="stack tight">{children}</div>
    </div>
  );
}

export function SealMark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <g fill="none" stroke="var(--accent)" strokeLinecap="round" strokeLinejoin="round">
        <circle cx="16" cy="16" r="14" strokeWidth="2.4" />
        <path d="m10 16.4 4 4 8-8.6" strokeWidth="3" />
      </g>
    </svg>
  );
}
