import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';

export type Tone = 'wait' | 'open' | 'stop' | 'accent' | 'plain';

/** A state: its colour, its icon and its word all mean the same. */
export function Badge({ tone, icon, children }: { tone: Tone; icon: IconName; children: ReactNode }) {
  return (
    <span className="badge" data-tone={tone}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

/** An important message. Screen readers read a `live` one aloud when it appears. */
export function Notice({
  tone,
  icon,
  live = false,
  children,
}: {
  tone: Tone;
  icon: IconName;
  live?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="notice" data-tone={tone} role={live ? 'alert' : undefined}>
      <Icon name={icon} />
      <div className="stack near">{children}</div>
    </div>
  );
}
