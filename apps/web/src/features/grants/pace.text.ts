import type { Catalogue } from '../../text/languages.js';

const en = {
  now: (calls: string) => `Calls in the last minute: ${calls}`,
  unusual: 'More than usual',
  earlier: {
    /** To the engineer, about their own access. */
    own: {
      first: 'You have had no earlier access there.',
      usual: (pace: string, calls: string, bytes: string, grants: number) =>
        grants === 1
          ? `In your one earlier access there: ${pace} calls a minute, ${calls} in all, ${bytes}.`
          : `Usual for you there: ${pace} calls a minute, ${calls} in all, ${bytes} (medians of ${grants} earlier accesses).`,
    },
    others: {
      first: 'This engineer has had no earlier access there.',
      usual: (pace: string, calls: string, bytes: string, grants: number) =>
        grants === 1
          ? `In the one earlier access of this engineer there: ${pace} calls a minute, ${calls} in all, ${bytes}.`
          : `Usual for this engineer there: ${pace} calls a minute, ${calls} in all, ${bytes} (medians of ${grants} earlier accesses).`,
    },
  },
};

const de: typeof en = {
  now: (calls) => `Aufrufe in der letzten Minute: ${calls}`,
  unusual: 'Mehr als üblich',
  earlier: {
    own: {
      first: 'Sie hatten dort noch keinen Zugriff.',
      usual: (pace, calls, bytes, grants) =>
        grants === 1
          ? `In Ihrem einen früheren Zugriff dort: ${pace} Aufrufe in der Minute, insgesamt ${calls}, ${bytes}.`
          : `Üblich für Sie dort: ${pace} Aufrufe in der Minute, insgesamt ${calls}, ${bytes} (Mediane aus ${grants} früheren Zugriffen).`,
    },
    others: {
      first: 'Diese Person hatte dort noch keinen Zugriff.',
      usual: (pace, calls, bytes, grants) =>
        grants === 1
          ? `Im einen früheren Zugriff dieser Person dort: ${pace} Aufrufe in der Minute, insgesamt ${calls}, ${bytes}.`
          : `Üblich für diese Person dort: ${pace} Aufrufe in der Minute, insgesamt ${calls}, ${bytes} (Mediane aus ${grants} früheren Zugriffen).`,
    },
  },
};

export const paceTexts: Catalogue<typeof en> = { en, de };
