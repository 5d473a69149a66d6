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
