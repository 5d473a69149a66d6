import type { Language } from '@countersign/contract';
import type { ReaderSide } from './need-reasons.js';

export const ACCESS_REASON_CODES = [
  'expired',
  'revoked',
  'released',
  'exhausted',
  'stopped_all',
  'stopped_this',
  'locked_tenant',
  'locked_person',
  'locked_service',
  'paused',
] as const;

/** Why calls under a grant do not pass, as the API answers it. */
export interface AccessReasonCodes {
  code: (typeof ACCESS_REASON_CODES)[number];
  side: 'vendor' | 'customer' | null;
  rule: string | null;
  why: string | null;
}

/** Who did it and whose data it is, as this reader calls them. */
interface Names {
  vendor: string;
  customer: string;
  /** In German, “des Anbieters”. */
  vendors: string;
  customers: string;
  data: string;
}

type Texts = Readonly<
  Record<
    AccessReasonCodes['code'],
    (names: Names, side: 'vendor' | 'customer', rule: string | null) => string
  >
>;

const NAMES: Readonly<Record<Language, Readonly<Record<ReaderSide, Names>>>> = {
  en: {
    vendor: {
      vendor: 'The vendor',
      customer: 'The customer',
      vendors: 'The vendor’s',
      customers: 'The customer’s',
      data: 'this customer’s data',
    },
    customer: {
      vendor: 'The vendor',
      customer: 'Your organisation',
      vendors: 'The vendor’s',
      customers: 'Your organisation’s',
      data: 'your data',
    },
  },
  de: {
    vendor: {
      vendor: 'Der Anbieter',
      customer: 'Der Kunde',
      vendors: 'des Anbieters',
      customers: 'des Kunden',
      data: 'die Daten dieses Kunden',
    },
    customer: {
      vendor: 'Der Anbieter',
      customer: 'Ihre Organisation',
      vendors: 'des Anbieters',
      customers: 'Ihrer Organisation',
      data: 'Ihre Daten',
    },
  },
};

const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    expired: () => 'The time is over',
    revoked: () => 'The access was stopped',
    released: () => 'The engineer gave the access back',
    exhausted: () => 'The budget is used up',
    stopped_all: ({ customer }) => `${customer} has stopped all access`,
    stopped_this: ({ customer }) => `${customer} has stopped this access`,
    locked_tenant: (names, side) => `${names[side]} has locked all access to ${names.data}`,
    locked_person: (names, side) => `${names[side]} has locked the engineer`,
    locked_service: (names, side) => `${names[side]} has locked the service`,
    paused: (names, side, rule) =>
      rule === null
        ? `${names[side]} has locked this access`
        : `${names[`${side}s`]} rule “${rule}” has paused this access`,
  },
  de: {
    expired: () => 'Die Zeit ist abgelaufen',
    revoked: () => 'Der Zugriff wurde gestoppt',
    released: () => 'Der Engineer hat den Zugriff zurückgegeben',
    exhausted: () => 'Das Budget ist aufgebraucht',
    stopped_all: ({ customer }) => `${customer} hat jeden Zugriff gestoppt`,
    stopped_this: ({ customer }) => `${customer} hat diesen Zugriff gestoppt`,
    locked_tenant: (names, side) => `${names[side]} hat jeden Zugriff auf ${names.data} gesperrt`,
    locked_person: (names, side) => `${names[side]} hat den Engineer gesperrt`,
    locked_service: (names, side) => `${names[side]} hat den Dienst gesperrt`,
    paused: (names, side, rule) =>
      rule === null
        ? `${names[side]} hat diesen Zugriff gesperrt`
        : `Die Regel „${rule}“ ${names[`${side}s`]} hat diesen Zugriff angehalten`,
  },
};

/**
 * One sentence, with the reason that the author of the lock gave: “The customer has locked the service: an audit”.
 *
 * @param reader a customer reads “Your organisation” instead of “The customer”
 */
export function accessReasonText(
  { code, side, rule, why }: AccessReasonCodes,
  language: Language,
  reader: ReaderSide = 'vendor',
): string {
  const sentence = TEXTS[language][code](NAMES[language][reader], side ?? 'vendor', rule);
  return why === null || why === '' ? `${sentence}.` : `${sentence}: ${why}`;
}
