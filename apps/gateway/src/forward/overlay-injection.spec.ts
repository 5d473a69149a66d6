/** @soak */

import fc from 'fast-check';
import { samples } from '../../../../test/support/samples.js';
import type { Fields } from '../http1/fields.js';
import { OVERLAY_TAG, OverlayInjection, takesOverlay } from './overlay-injection.js';

/** What a browser receives if the page arrives in these pieces. */
function through(...pieces: string[]): string {
  const injection = new OverlayInjection();
  const sent = pieces.map((piece) => injection.pass(Buffer.from(piece, 'latin1')));
  return Buffer.concat([...sent, injection.rest()]).toString('latin1');
}

/** The page with the tag at `^`, or unchanged without that mark. */
const expectTag = (marked: string) =>
  expect(through(marked.replace('^', ''))).toBe(marked.replace('^', OVERLAY_TAG));

describe('the place of the overlay in a page', () => {
  test.each([
    '<!doctype html><html><head>^<title>x</title></head></html>',
    '\u00ef\u00bb\u00bf<!DOCTYPE HTML>\r\n<HTML lang="en"><HEAD>^',
    "<!-- a > b --><!doctype html><!--x--><html lang=de data-a='<head'><!-- <head> --><head data-x>^<meta>",
    '<!doctype html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html xmlns="http://www.w3.org/1999/xhtml"><head>^',
    '<!doctype html>^<title>no head tag</title>',
    '<html>^<body>no doctype',
    '<!doctype html>\n^<script>"<head>"</script><head>',
  ])('%s', (page) => expectTag(page));
});

describe('anything that is not a page in plain bytes passes unchanged', () => {
  test.each([
    '<div>a part of a page</div>',
    '<head><title>a part</title></head>',
    '<!-- <!doctype html><html><head>',
    '<!-- --!> --><!doctype html><html><head>',
    '<!doctype html><html data-x="a>b"><head>',
    '<!doctype html><html a"b><head>',
    '<!doctype html>text<head>',
    '<!doctype svg><svg>',
    '<?xml version="1.0"?><!doctype html><html><head>',
    '{"html": "<!doctype html><html><head>"}',
    `<!doctype html><!--${'x'.repeat(9_000)}--><head>`,
    '<!doctype html><html',
    '',
  ])('%s', (page) => expectTag(page));
});

const parts = fc.constantFrom(
  ...[
    '<!doctype html>',
    '<html>',
    '<html lang="a>b">',
    '<head>',
    '<head a=b>',
    '<!-- <head> -->',
    '<!--',
    '-->',
  ],
  ...[
    '<body>',
    '<',
    '>',
    '"',
    '\u00ef\u00bb\u00bf',
    ' ',
    'text',
    '<script>',
    '<headers>',
    '<html-x>',
    '<!-->',
    '--!>',
  ],
);

test('however a page is split, the browser receives the same bytes: the page, with at most one tag', () => {
  const page = fc.array(parts, { maxLength: 12 }).map((all) => all.join(''));
  fc.assert(
    fc.property(page, fc.array(fc.nat(200)), (whole, cuts) => {
      const places = [...new Set([0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length])].sort(
        (a, b) => a - b,
      );
      const pieces = places.map((from, index) => whole.slice(from, places[index + 1]));
      const sent = through(...pieces);
      return sent === through(whole) && sent.replace(OVERLAY_TAG, '') === whole;
    }),
    { numRuns: samples('splitPages') },
  );
});

test('nothing is held back once the place is known', () => {
  const injection = new OverlayInjection();
  expect(injection.pass(Buffer.from('<!doctype html><he')).toString()).toBe('');
  expect(injection.pass(Buffer.from('ad><p>a')).toString()).toBe(`<!doctype html><head>${OVERLAY_TAG}<p>a`);
  expect(injection.pass(Buffer.from('<head>')).toString()).toBe('<head>');
  expect(injection.rest()).toHaveLength(0);
});

describe('which answers take the overlay', () => {
  const ORIGIN = 'https://billing.gw.example';
  const HTML: Fields = [['content-type', 'text/html; charset=UTF-8']];
  const takes = (fields: Fields, status = 200, hasBody = true) =>
    takesOverlay({ minorVersion: 1, status, fields, length: undefined, hasBody }, ORIGIN);
  const csp = (policy: string): Fields => [...HTML, ['content-security-policy', policy]];

  test('a whole page in plain bytes, also one that reports an error', () => {
    expect(takes(HTML)).toBe(true);
    expect(takes([['content-type', 'text/html']], 404)).toBe(true);
    expect(takes([...HTML, ['content-encoding', 'identity']])).toBe(true);
  });

  test.each<[string, Fields]>([
    ['compressed', [...HTML, ['content-encoding', 'gzip']]],
    ['compressed twice', [...HTML, ['content-encoding', 'identity'], ['content-encoding', 'br']]],
    ['no HTML', [['content-type', 'application/json']]],
    ['XHTML', [['content-type', 'application/xhtml+xml']]],
    ['a file to save', [...HTML, ['content-disposition', 'attachment; filename="a.html"']]],
    ['of no type', []],
    ['of two types', [...HTML, ...HTML]],
    ['UTF-16', [['content-type', 'text/html; charset=utf-16le']]],
    ['not to be changed', [...HTML, ['cache-control', 'private, no-transform']]],
    ['vouched for', [...HTML, ['repr-digest', 'sha-256=:AA==:']]],
    ['with hashes of its scripts', [...HTML, ['integrity-policy', 'blocked-destinations=(script)']]],
  ])('not an answer that is %s', (_, fields) => expect(takes(fields)).toBe(false));

  test('not a part of a page, and not an answer without a body', () => {
    expect([takes(HTML, 206), takes(HTML, 200, false)]).toEqual([false, false]);
  });

  test.each([
    "default-src 'self'",
    "script-src 'self' 'nonce-abc'",
    "default-src 'none'; script-src 'self'; connect-src 'self'",
    "DEFAULT-SRC 'none'; Script-Src-Elem 'SELF'; connect-src *",
    `default-src 'none'; script-src ${ORIGIN}; connect-src ${ORIGIN}`,
    "img-src 'none'; frame-ancestors 'none'",
    "script-src 'self'; script-src 'none'",
    '',
  ])('a page whose policy permits its own scripts and calls: %s', (policy) =>
    expect(takes(csp(policy))).toBe(true),
  );

  test.each([
    "default-src 'none'",
    "script-src 'nonce-abc' 'strict-dynamic' 'self'",
    "script-src 'nonce-abc'",
    "script-src 'sha256-abc'",
    "script-src 'self'; script-src-elem 'none'",
    "script-src 'self'; connect-src https://api.example",
    "default-src 'self'; connect-src 'none'",
    'script-src https://cdn.example',
    'script-src',
    'sandbox allow-scripts',
    "script-src 'self', default-src 'none'",
  ])('not a page whose policy forbids one of them: %s', (policy) => expect(takes(csp(policy))).toBe(false));

  test('not a page with one policy that permits them and one that forbids them', () => {
    expect(takes([...csp("default-src 'self'"), ['content-security-policy', "script-src 'none'"]])).toBe(
      false,
    );
  });
});
