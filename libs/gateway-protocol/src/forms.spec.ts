import {
  announcementHeaders,
  describeSkew,
  FORMS,
  type Forms,
  findSkew,
  formatForms,
  parseForms,
  readAnnouncement,
} from './forms.js';

const forms = (text: string): Forms => parseForms(text);

test('an announcement is read as it was written', () => {
  const announced = { version: '1.20.3-rc.1', forms: { ...FORMS, records: { oldest: 2, newest: 5 } } };
  expect(announcementHeaders(announced)['countersign-forms']).toBe(
    'feed=1, token=1, records=2-5, requests=1',
  );
  expect(readAnnouncement(announcementHeaders(announced))).toEqual(announced);
});

test('what this version does not understand is left out: a later one may say more', () => {
  expect(
    formatForms(forms('feed=1, shiny=4-9, records=3-1, x, =1, token=0, requests=1;q=1, , tokens=01')),
  ).toBe('feed=1, shiny=4-9');
});

test.each([
  ['nothing', {}],
  ['no forms', { 'countersign-version': '0.1.0' }],
  ['no version', { 'countersign-forms': 'feed=1' }],
  ['a version that is none', { 'countersign-version': 'x"} 1', 'countersign-forms': 'feed=1' }],
  ['two versions', { 'countersign-version': ['0.1.0', '0.2.0'], 'countersign-forms': 'feed=1' }],
])('%s is no announcement', (_case, headers) => {
  expect(readAnnouncement(headers)).toBeUndefined();
});

test.each([
  ['feed=1', 'feed=1', undefined],
  ['feed=1-3', 'feed=3-5', undefined],
  ['feed=1, records=2', 'records=2', undefined],
  ['feed=1, later=7', 'feed=1', undefined],
  ['feed=1', '', undefined],
  ['feed=1-2', 'feed=3', 'feed'],
  ['feed=3', 'feed=1-2', 'feed'],
  ['feed=1, records=1', 'feed=1, records=2', 'records'],
])('%s and %s: no form in common of %s', (own, other, kind) => {
  expect(findSkew(forms(own), forms(other))?.kind).toBe(kind);
  expect(findSkew(forms(other), forms(own))?.kind).toBe(kind);
});

test('the text names both versions and the side to update', () => {
  const versions = { broker: '0.2.0', gateway: '0.1.0' };
  const skew = findSkew(forms('records=2-3'), forms('records=1'));
  expect(skew && describeSkew(skew, 'broker', versions)).toBe(
    'the broker (0.2.0) has forms 2 to 3 of records, the gateway (0.1.0) has form 1. Update the gateway.',
  );
  const other = findSkew(forms('records=1'), forms('records=2-3'));
  expect(other && describeSkew(other, 'gateway', { ...versions, broker: null })).toBe(
    'the gateway (0.1.0) has form 1 of records, the broker (of an unknown version) has forms 2 to 3. Update the gateway.',
  );
});
