import type { AccessRequest, Grant, Needs } from '../api/client.js';
import { useText } from '../text/language.js';
import {
  GRANT_LOOK,
  grantStateTexts,
  REQUEST_LOOK,
  RISK_LOOK,
  requestStateTexts,
  riskTexts,
} from '../text/states.text.js';
import { Badge } from './badge.js';

export function RequestState({ state }: Pick<AccessRequest, 'state'>) {
  return <Badge {...REQUEST_LOOK[state]}>{useText(requestStateTexts)[state]}</Badge>;
}

export function GrantState({ state, endReason }: Pick<Grant, 'state' | 'endReason'>) {
  const look = endReason === 'revoked' ? ({ tone: 'stop', icon: 'stop' } as const) : GRANT_LOOK[state];
  return <Badge {...look}>{useText(grantStateTexts)[endReason ?? state]}</Badge>;
}

export function Risk({ level }: Pick<Needs['risk'], 'level'>) {
  return <Badge {...RISK_LOOK[level]}>{useText(riskTexts)[level]}</Badge>;
}
