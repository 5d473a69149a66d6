import type { Review } from '../api/client.js';
import type { Catalogue } from './language.js';

type Assurance = Review['assurance'];

/** How somebody was signed in, as part of a sentence; and what a decision rests on. */
export const assuranceTexts: Catalogue<Record<Assurance, string> & { word: string }> = {
  en: {
    oidc: 'signed in with the company’s sign-in',
    'mail-code': 'signed in with a code by mail',
    'api-key': 'with an API key',
    slack: 'in Slack',
    passkey: 'with a passkey',
    word: 'on the vendor’s word',
  },
  de: {
    oidc: 'angemeldet über das Unternehmen',
    'mail-code': 'angemeldet mit einem Code per Mail',
    'api-key': 'mit einem API-Schlüssel',
    slack: 'in Slack',
    passkey: 'mit einem Passkey',
    word: 'auf Wort des Anbieters',
  },
};
