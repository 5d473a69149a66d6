import type { Catalogue } from '../../text/languages.js';

const en = {
  title: (name: string) => `Set up ${name}`,
  progress: (done: number, all: number) => `${done} of ${all} done`,
  done: 'Done',
  open: 'To do',
  reading: 'Checking',
  complete: 'Everything is set up',
  hide: 'Hide this list',
  steps: {
    passkey: { do: 'Make your passkey', why: 'With it you sign what the vendor may do.' },
    approver: { do: 'Have two approvers', why: 'So that a request is answered while one of them is away.' },
    recovery: { do: 'Print your recovery key', why: 'For the day on which you have lost every passkey.' },
    claim: {
      do: 'Claim the organisation and keep its anchor file',
      why: 'Then gateways follow your signatures and not the vendor’s word.',
    },
    anchor: {
      do: 'Verify the log with your anchor file',
      why: 'That shows that the file is in your hands, and that the log is the one it names. This browser remembers it.',
    },
    service: {
      do: 'Describe a data service',
      why: 'In the organisation file, on the broker’s host: countersign apply -f FILE',
    },
    routes: {
      do: 'List its routes',
      why: 'What is not listed is refused. An OpenAPI document can be imported.',
    },
    gateway: { do: 'Connect a gateway', why: 'On the broker’s host: countersign gateways enroll NAME' },
    request: {
      do: 'Have an engineer ask for access',
      why: 'On the page “Ask for access”. The first request then shows in the history.',
    },
  },
};

export type OnboardingText = typeof en;

const de: OnboardingText = {
  title: (name) => `${name} einrichten`,
  progress: (done, all) => `${done} von ${all} erledigt`,
  done: 'Erledigt',
  open: 'Offen',
  reading: 'Wird geprüft',
  complete: 'Alles ist eingerichtet',
  hide: 'Diese Liste ausblenden',
  steps: {
    passkey: {
      do: 'Legen Sie Ihren Passkey an',
      why: 'Mit ihm unterschreiben Sie, was der Anbieter darf.',
    },
    approver: {
      do: 'Bestimmen Sie zwei Freigebende',
      why: 'Damit eine Anfrage beantwortet wird, während jemand abwesend ist.',
    },
    recovery: {
      do: 'Drucken Sie Ihren Wiederherstellungsschlüssel',
      why: 'Für den Tag, an dem Sie alle Passkeys verloren haben.',
    },
    claim: {
      do: 'Beanspruchen Sie Ihre Organisation, und bewahren Sie die Ankerdatei auf',
      why: 'Danach befolgen Gateways Ihre Unterschriften und nicht das Wort des Anbieters.',
    },
    anchor: {
      do: 'Prüfen Sie das Protokoll mit Ihrer Ankerdatei',
      why: 'Das zeigt, dass Sie die Datei haben und das Protokoll das genannte ist. Dieser Browser merkt es sich.',
    },
    service: {
      do: 'Beschreiben Sie einen Datendienst',
      why: 'In der Organisationsdatei, auf dem Rechner des Brokers: countersign apply -f FILE',
    },
    routes: {
      do: 'Listen Sie seine Routen auf',
      why: 'Was nicht gelistet ist, wird abgewiesen. Ein OpenAPI-Dokument lässt sich übernehmen.',
    },
    gateway: {
      do: 'Verbinden Sie ein Gateway',
      why: 'Auf dem Rechner des Brokers: countersign gateways enroll NAME',
    },
    request: {
      do: 'Lassen Sie einen Engineer Zugriff anfragen',
      why: 'Auf der Seite „Zugriff anfragen“. Die erste Anfrage steht dann im Verlauf.',
    },
  },
};

export const onboardingTexts: Catalogue<OnboardingText> = { en, de };
