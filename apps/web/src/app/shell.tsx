import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Link, Navigate, NavLink, Outlet, useLocation } from 'react-router';
import { followLiveUpdates, onStreamState, streamState } from '../api/live-updates.js';
import { requestsQuery } from '../api/requests.js';
import { type Session, sessionQuery } from '../api/session.js';
import { LateBanner } from '../features/emergencies/late-banner.js';
import { BlockedBanner } from '../features/grants/blocked.js';
import { useText } from '../text/language.js';
import { Icon } from '../ui/icon.js';
import { Loading, ProblemPage } from '../ui/query-states.js';
import { SealMark } from '../ui/seal.js';
import { Account } from './account.js';
import { IsolationBanner } from './isolation-banner.js';
import { navFor } from './navigation.js';
import { PageBoundary } from './page-boundary.js';
import { shellTexts } from './shell.text.js';

/** The frame of every page for signed-in people. Everyone else goes to the sign-in page and returns afterwards. */
export function Shell() {
  const { data: session, error, refetch } = useQuery(sessionQuery);
  const { pathname, search } = useLocation();
  if (session === undefined)
    return error === null ? <Loading /> : <ProblemPage error={error} retry={() => void refetch()} />;
  if (session === null)
    return <Navigate to={`/sign-in?returnTo=${encodeURIComponent(pathname + search)}`} replace />;
  return <SignedIn session={session} />;
}

function SignedIn({ session }: { session: Session }) {
  const text = useText(shellTexts);
  const { pathname } = useLocation();
  useEffect(() => followLiveUpdates(), []);
  const lost = useSyncExternalStore(onStreamState, streamState) === 'lost';
  return (
    <>
      <a className="skip" href="#main">
        {text.skip}
      </a>
      <Bar session={session} />
      <Ribbon lost={lost} />
      <BlockedBanner />
      <LateBanner />
      <IsolationBanner session={session} />
      <main id="main" tabIndex={-1}>
        <PageBoundary key={pathname}>
          <Outlet />
        </PageBoundary>
      </main>
    </>
  );
}

function Bar({ session }: { session: Session }) {
  const text = useText(shellTexts);
  const { key } = useLocation();
  const [openAt, setOpenAt] = useState<string | null>(null);
  // Opening a page closes the menu.
  const isOpen = openAt === key;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const close = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpenAt(null);
      button.current?.focus();
    };
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, [isOpen]);
  return (
    <header className="bar" data-open={isOpen}>
      <div className="bar-inner">
        <Link className="brand" to="/">
          <SealMark />
          Countersign
        </Link>
        <button
          ref={button}
          type="button"
          className="button plain menu-button"
          aria-expanded={isOpen}
          aria-controls="nav"
          onClick={() => setOpenAt(isOpen ? null : key)}
        >
          <Icon name="menu" />
          {text.menu}
        </button>
        <nav className="nav" id="nav" aria-label={text.main}>
          {navFor(session).map(({ to, label, counts, hasOwnPolicy = false }) => (
            <NavLink key={to} to={to} reloadDocument={hasOwnPolicy}>
              {text[label]}
              {counts === undefined ? null : <Waiting at={counts} />}
            </NavLink>
          ))}
        </nav>
        <Account session={session} />
      </div>
    </header>
  );
}

function Waiting({ at }: { at: 'inbox' | 'queue' }) {
  const state = at === 'inbox' ? 'awaiting_customer' : 'awaiting_vendor';
  const { data, hasNextPage } = useInfiniteQuery(requestsQuery({ state }));
  const count = data?.items.length ?? 0;
  return count === 0 ? null : <span className="count">{hasNextPage ? `${count}+` : count}</span>;
}

/** `/`: opens the reader's start page. */
export function Start() {
  const { data } = useQuery(sessionQuery);
  const [first] = data ? navFor(data) : [];
  return <Navigate to={first?.to ?? '/history'} replace />;
}

const WARN_AFTER_MS = 2_000;

/** Warns that the connection is lost, once it has been lost for two seconds. */
function Ribbon({ lost }: { lost: boolean }) {
  const text = useText(shellTexts);
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!lost) return setShown(false);
    const timer = setTimeout(() => setShown(true), WARN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [lost]);
  return <div role="status">{isShown ? <p className="ribbon">{text.lost}</p> : null}</div>;
}
