import type { AccessRequest, Grant, Needs } from '@countersign/api';
import { waitsForLock } from '@countersign/wording';
import type { ReactNode } from 'react';
import { useText } from '../text/language.js';
import { Icon, type IconName } from './icon.js';
import { grantAccessTexts, outdatedTexts, requestStateTexts, riskTexts } from './ui.text.js';

type Tone = 'wait' | 'open' | 'stop' | 'accent' | 'plain';

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

interface Look {
  tone: Tone;
  icon: IconName;
}

/** How each state looks. `ui.text.ts` has the words. */
export const REQUEST_LOOK: Readonly<Record<AccessRequest['state'], Look>> = {
  awaiting_vendor: { tone: 'wait', icon: 'wait' },
  awaiting_customer: { tone: 'wait', icon: 'wait' },
  countered: { tone: 'wait', icon: 'wait' },
  notifying: { tone: 'stop', icon: 'alert' },
  approved: { tone: 'accent', icon: 'done' },
  denied: { tone: 'stop', icon: 'stop' },
  cancelled: { tone: 'plain', icon: 'closed' },
  expired: { tone: 'plain', icon: 'closed' },
};

const GRANT_LOOK: Readonly<Record<Grant['access'], Look>> = {
  not_yet: { tone: 'wait', icon: 'wait' },
  open: { tone: 'open', icon: 'open' },
  stopped: { tone: 'stop', icon: 'stop' },
  locked: { tone: 'stop', icon: 'stop' },
  ended: { tone: 'plain', icon: 'closed' },
};

type Impact = NonNullable<Needs['impact']>;

const RISK_LOOK: Readonly<Record<Impact['level'], Look>> = {
  low: { tone: 'plain', icon: 'info' },
  medium: { tone: 'wait', icon: 'alert' },
  high: { tone: 'stop', icon: 'alert' },
};

/** An open request that cannot be approved, because it is outdated or because access is stopped or locked, waits for no one. */
export function RequestStateBadge({
  request: { state, outdated, outdatedBy },
}: {
  request: Pick<AccessRequest, 'state' | 'outdated' | 'outdatedBy'>;
}) {
  const words = useText(requestStateTexts);
  const text = useText(outdatedTexts);
  if (typeof outdated === 'string') {
    const isLocked = waitsForLock(outdatedBy);
    return (
      <Badge tone="stop" icon={isLocked ? 'stop' : 'alert'}>
        {isLocked ? text.locked : text.outdated}
      </Badge>
    );
  }
  return <Badge {...REQUEST_LOOK[state]}>{words[state]}</Badge>;
}

/** The state of a request and, if its access is stopped or locked, that too. */
export function RequestBadges({
  request,
}: {
  request: Pick<AccessRequest, 'state' | 'access' | 'outdated' | 'outdatedBy'>;
}) {
  const { access } = request;
  const isBlocked = access === 'stopped' || access === 'locked';
  return (
    <span className="row near">
      <RequestStateBadge request={request} />
      {isBlocked ? <GrantAccessBadge access={access} endReason={null} /> : null}
    </span>
  );
}

/** Whether calls pass now, and if the grant has ended, how. */
export function GrantAccessBadge({ access, endReason }: Pick<Grant, 'access' | 'endReason'>) {
  const look = endReason === 'revoked' ? ({ tone: 'stop', icon: 'stop' } as const) : GRANT_LOOK[access];
  return <Badge {...look}>{useText(grantAccessTexts)[endReason ?? access]}</Badge>;
}

/** How much harm a request could do. */
export function RiskBadge({ impact }: { impact: Impact }) {
  const text = useText(riskTexts);
  const { level } = impact;
  return <Badge {...RISK_LOOK[level]}>{text[level]}</Badge>;
}
