import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';

export type Tone = 'wait' | 'open' | 'stop' | 'accent' | 'plain';

/** A state: colour, icon and word say the same thing. */
export function Badge({ tone, icon, children }: { tone: Tone; icon: IconName; children: ReactNode }) {
  return (
    <span className="badge" data-tone={tone}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

/** A box that tells something of weight. `live` is read out when it appears. */
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
