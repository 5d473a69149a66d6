import { FACES } from './faces.js';
import { STATED_TEXTS } from './members.js';
import { MEMBER_LABELS } from './request-words.js';

type Face = Exclude<keyof typeof FACES, 'openCard'>;

/** What a face has no row for, and why. */
const LEFT_OUT: Record<Face, Record<string, string>> = {
  mail: { seconds: 'in its sentence', budget: 'on the page', reasonCode: 'on the page' },
  card: {
    ...{ scope: 'in its sentence', seconds: 'in its sentence', unmasked: 'in its sentence' },
    ...{ change: 'in blocks of its own', justification: 'in a row that it writes itself' },
    reasonCode: 'on the page',
  },
  details: {
    ...{
      scope: 'in blocks of its own',
      change: 'in blocks of its own',
      justification: 'in blocks of its own',
    },
    reasonCode: 'on the page',
  },
  show: { scope: 'with the service', requesterFacts: 'with the requester', change: 'its own command' },
  receipt: {
    ...{ scope: 'in a row of its own', seconds: 'as it was in fact', budget: 'on the page of the request' },
    ...{
      change: 'on the page of the request',
      unmasked: 'with the scope',
      justification: 'in a row of its own',
    },
    ...{ requesterFacts: 'on the page of the request', reasonCode: 'on the page of the request' },
  },
  csv: {
    ...{ scope: 'a column that is no text', seconds: 'a column that is no text', change: 'too long' },
    ...{ budget: 'in the log', unmasked: 'in the log', requesterFacts: 'in the log' },
  },
  evidence: {
    ...{ scope: 'a column that is no text', seconds: 'a column that is no text', change: 'in its leaves' },
    ...{ budget: 'in its leaves', unmasked: 'in its leaves', requesterFacts: 'several columns' },
  },
};

test.each(Object.keys(LEFT_OUT) as Face[])(
  '%s shows each member of a request, or says why it does not',
  (face) => {
    const shown: readonly string[] = face === 'card' ? [...FACES.card, ...FACES.openCard] : FACES[face];
    const placed = [...shown.filter((member) => member !== 'times'), ...Object.keys(LEFT_OUT[face])];
    expect(placed.sort()).toEqual(Object.keys(MEMBER_LABELS.en).sort());
  },
);

test('a text that a requester states is a column of both tables', () => {
  for (const name of STATED_TEXTS) {
    expect(FACES.csv).toContain(name);
    expect(FACES.evidence).toContain(name);
  }
});
