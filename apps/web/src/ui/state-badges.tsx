import type { AccessRequest, Grant, Needs } from '../api/client.js';
import { type Catalogue, useText } from '../text/language.js';
import { Badge, type Tone } from './badge.js';
import type { IconName } from './icon.js';

interface Look {
  tone: Tone;
  icon: IconName;
}

/** How each state looks. The catalogues below have the words. */
export const REQUEST_LOOK: Readonly<Record<AccessRequest['state'], Look>> = {
  awaiting_vendor: { tone: 'wait', icon: 'wait' },
  awaiting_customer: { tone: 'wait', icon: 'wait' },
  countered: { tone: 'wait', icon: 'wait' },
  approved: { tone: 'accent', icon: 'done' },
  denied: { tone: 'stop', icon: 'stop' },
  cancelled: { tone: 'plain', icon: 'closed' },
  expired: { tone: 'plain', icon: 'closed' },
};

export const GRANT_LOOK: Readonly<Record<Grant['state'], Look>> = {
  scheduled: { tone: 'wait', icon: 'wait' },
  active: { tone: 'open', icon: 'open' },
  ended: { tone: 'plain', icon: 'closed' },
};

export const RISK_LOOK: Readonly<Record<Needs['risk']['level'], Look>> = {
  low: { tone: 'plain', icon: 'info' },
  medium: { tone: 'wait', icon: 'alert' },
  high: { tone: 'stop', icon: 'alert' },
};

export const requestStateTexts: Catalogue<Record<AccessRequest['state'], string>> = {
  en: {
    awaiting_vendor: 'Waiting for the vendor’s review',
    awaiting_customer: 'Waiting for the customer',
    countered: 'Less was offered',
    approved: 'Approved',
    denied: 'Denied',
    cancelled: 'Taken back',
    expired: 'Expired',
  },
  de: {
    awaiting_vendor: 'Wartet auf die Prüfung des Anbieters',
    awaiting_customer: 'Wartet auf den Kunden',
    countered: 'Weniger wurde angeboten',
    approved: 'Freigegeben',
    denied: 'Abgelehnt',
    cancelled: 'Zurückgezogen',
    expired: 'Verfallen',
  },
};

export const grantStateTexts: Catalogue<Record<Grant['state'] | NonNullable<Grant['endReason']>, string>> = {
  en: {
    scheduled: 'Not begun',
    active: 'Open now',
    ended: 'Ended',
    expired: 'Ended: time was up',
    revoked: 'Stopped',
    released: 'Given back',
    exhausted: 'Ended: used up',
  },
  de: {
    scheduled: 'Noch nicht begonnen',
    active: 'Jetzt offen',
    ended: 'Beendet',
    expired: 'Beendet: Zeit abgelaufen',
    revoked: 'Gestoppt',
    released: 'Zurückgegeben',
    exhausted: 'Beendet: aufgebraucht',
  },
};

export const riskTexts: Catalogue<Record<Needs['risk']['level'], string>> = {
  en: { low: 'Low risk', medium: 'Medium risk', high: 'High risk' },
  de: { low: 'Geringes Risiko', medium: 'Mittleres Risiko', high: 'Hohes Risiko' },
};

export function RequestStateBadge({ state }: Pick<AccessRequest, 'state'>) {
  return <Badge {...REQUEST_LOOK[state]}>{useText(requestStateTexts)[state]}</Badge>;
}

export function GrantStateBadge({ state, endReason }: Pick<Grant, 'state' | 'endReason'>) {
  const look = endReason === 'revoked' ? ({ tone: 'stop', icon: 'stop' } as const) : GRANT_LOOK[state];
  return <Badge {...look}>{useText(grantStateTexts)[endReason ?? state]}</Badge>;
}

export function RiskBadge({ level }: Pick<Needs['risk'], 'level'>) {
  return <Badge {...RISK_LOOK[level]}>{useText(riskTexts)[level]}</Badge>;
}
