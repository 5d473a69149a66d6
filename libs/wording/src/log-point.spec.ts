import { logPointText } from './log-point.js';

test.each([
  ['en', 'Log: 1,234,567 leaves, root 47DEQpj8HBSa+/Ti…'],
  ['de', 'Protokoll: 1.234.567 Einträge, Wurzel 47DEQpj8HBSa+/Ti…'],
] as const)('a log’s size and root stand in one line, in %s', (language, line) => {
  const point = { size: 1_234_567, root: '47DEQpj8HBSa+/TimW+5JCeuQeRkm5NMpJWZG3hSuFU=' };
  expect(logPointText(point, language)).toBe(line);
});
