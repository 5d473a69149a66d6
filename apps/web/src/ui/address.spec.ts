import { findRoute } from './address.js';

const ROUTES = ['inbox', 'grants/:id', 'grants/:id/receipt'].map((path) => ({ path }));

test.each([
  ['/inbox', 'inbox', {}],
  ['/inbox/', 'inbox', {}],
  ['/grants/grt_01a2-x', 'grants/:id', { id: 'grt_01a2-x' }],
  ['/grants/grt_01a2-x/receipt', 'grants/:id/receipt', { id: 'grt_01a2-x' }],
])('%s is a page', (pathname, path, params) => {
  expect(findRoute(ROUTES, pathname)).toEqual({ route: { path }, params });
});

test.each(['/', '/Inbox', '/inbox/x', '/grants', '/grants/', '/grants/a/b', '/grants/%2e%2e', '//inbox'])(
  '%s is no page',
  (pathname) => {
    expect(findRoute(ROUTES, pathname)).toBeUndefined();
  },
);
