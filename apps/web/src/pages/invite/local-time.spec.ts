import { localText } from './local-time.js';

test('a field of local time reads back as the same minute', () => {
  for (const at of ['2026-01-15T12:34:00Z', '2026-07-15T23:59:00Z', '2026-12-31T23:30:00Z']) {
    const text = localText(Date.parse(at));
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/);
    expect(new Date(text).toISOString()).toBe(new Date(at).toISOString());
  }
});
