import { prefersHtml } from './headers.js';

describe('content negotiation', () => {
  test.each([
    ['nothing said', undefined, false],
    ['anything', '*/*', false],
    ['JSON', 'application/json', false],
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['JSON before HTML', 'application/json, text/html;q=0.5', false],
    ['HTML refused', 'text/html;q=0', false],
    ['a broken weight', 'text/html;q=abc', false],
    ['capitals', 'Text/HTML', true],
  ])('%s', (_case, accept, expected) => {
    expect(prefersHtml(accept)).toBe(expected);
  });
});
