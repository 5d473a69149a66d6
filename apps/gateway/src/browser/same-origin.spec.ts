import { HeaderList } from '../http/header-list.js';
import { crossOriginProblem } from './same-origin.js';

const ORIGIN = 'https://billing.gw.example';
const EVIL = 'https://evil.example';
const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

const isUsed = (method: string, fields: Record<string, string>): boolean =>
  crossOriginProblem({ method, origin: ORIGIN, headers: HeaderList.read(Object.entries(fields)) }) ===
  undefined;

test.each<[string, string, Record<string, string>]>([
  ['a page of the service reads', 'GET', { 'sec-fetch-site': 'same-origin' }],
  ['a page of the service writes', 'POST', { 'sec-fetch-site': 'same-origin', origin: ORIGIN }],
  ['a page of the service writes, in a browser without fetch metadata', 'PATCH', { origin: ORIGIN }],
  ['a person types an address', 'GET', { 'sec-fetch-site': 'none', ...NAVIGATION }],
  ['a person follows a link of another page', 'GET', { 'sec-fetch-site': 'cross-site', ...NAVIGATION }],
  ['a person opens a page, in a browser without fetch metadata', 'GET', { accept: 'text/html' }],
])('P9: the session is used if %s', (_who, method, fields) => {
  expect(isUsed(method, fields)).toBe(true);
});

test.each<[string, string, Record<string, string>]>([
  ['another page reads', 'GET', { 'sec-fetch-site': 'cross-site', origin: EVIL }],
  ['a page of another host of the same site reads', 'GET', { 'sec-fetch-site': 'same-site' }],
  [
    'another page frames one of the service',
    'GET',
    { ...NAVIGATION, 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' },
  ],
  ['another page writes', 'POST', { 'sec-fetch-site': 'cross-site', origin: EVIL, ...NAVIGATION }],
  ['no one says who writes', 'DELETE', {}],
  // What only `Origin` shows: browsers without fetch metadata, and pages that have no origin of their own.
  ['another page reads, in a browser without fetch metadata', 'GET', { origin: EVIL }],
  ['another page reads, and accepts pages', 'GET', { origin: EVIL, accept: 'text/html' }],
  ['another page asks whether there is something', 'HEAD', { origin: EVIL }],
  ['a sandboxed page reads', 'GET', { origin: 'null' }],
  ['a sandboxed page opens one', 'GET', { origin: 'null', 'sec-fetch-site': 'cross-site', ...NAVIGATION }],
  ['another page writes, in a browser without fetch metadata', 'POST', { origin: EVIL }],
  ['the two contradict each other', 'POST', { origin: EVIL, 'sec-fetch-site': 'same-origin' }],
  ['another port reads', 'GET', { origin: `${ORIGIN}:8443` }],
  ['the service without TLS reads', 'GET', { origin: ORIGIN.replace('https:', 'http:') }],
])('P9: the session is not used if %s', (_who, method, fields) => {
  expect(isUsed(method, fields)).toBe(false);
});
