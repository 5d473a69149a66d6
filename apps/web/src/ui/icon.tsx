const PATHS = {
  wait: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM10 6v4.4l2.8 1.8',
  open: 'M5 17V3.8L12 2v16l-7-1Zm0 0H3m9 0h5M12 4.5h3V17M9.6 10v.1',
  stop: 'M6.6 2.5h6.8l4.1 4.1v6.8l-4.1 4.1H6.6l-4.1-4.1V6.6l4.1-4.1ZM7 10h6',
  done: 'm4 10.5 4 4 8-9',
  closed: 'M5 9h10v8H5V9Zm2.2 0V6a2.8 2.8 0 0 1 5.6 0v3',
  alert: 'M10 3 2.5 16.5h15L10 3Zm0 5v4m0 2.4v.1',
  info: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM10 9v4.5M10 6.4v.1',
  copy: 'M7 7h9v10H7V7Zm-1 6H4V3h9v2',
  arrow: 'M4 10h12m-5-5 5 5-5 5',
  menu: 'M3 6h14M3 10h14M3 14h14',
  inbox: 'M3 11 5.5 4h9L17 11v5H3v-5Zm0 0h4l1 2h4l1-2h4',
  offline: 'M3 3l14 14M5 9a8 8 0 0 1 3-1.8M12 7.2A8 8 0 0 1 15 9m-7.5 3a4 4 0 0 1 5 0M10 15.4v.1',
  print: 'M6 8V3h8v5M6 14H3V8h14v6h-3m-8-2h8v5H6v-5Z',
  download: 'M10 3v9m-4-4 4 4 4-4M4 16h12',
} as const;

export type IconName = keyof typeof PATHS;

/** Screen readers skip it, so a word with the same meaning must stand beside it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
