import { findRoute, RouteParams, useAddress } from '../ui/address.js';
import { NotFound, PageBoundary } from './page-boundary.js';
import { PAGES, ShownPage } from './pages.js';
import { Shell, Start } from './shell.js';

/** The page at the present address. Only the sign-in page is for everyone, and has no frame. */
export function App() {
  const { pathname } = useAddress();
  const { route, params = {} } = findRoute(PAGES, pathname) ?? {};
  const page =
    pathname === '/' ? (
      <Start />
    ) : route === undefined ? (
      <NotFound />
    ) : (
      <ShownPage key={route.path} page={route} />
    );
  return (
    <PageBoundary>
      <RouteParams value={params}>{route?.path === 'sign-in' ? page : <Shell>{page}</Shell>}</RouteParams>
    </PageBoundary>
  );
}
