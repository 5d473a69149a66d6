import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import {
  createContext,
  lazy,
  type ReactNode,
  type RefObject,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { followLiveUpdates, onStreamState, streamState } from '../api/live-updates.js';
import { rememberOrganisation } from '../api/remembered-organisation.js';
import { manyRequestsQuery } from '../api/requests.js';
import { type Session, sessionQuery } from '../api/session.js';
import { movePushToSession } from '../api/session-changes.js';
import { useText } from '../text/language.js';
import { useAddress } from '../ui/address.js';
import { Icon } from '../ui/icon.js';
import { Link, NavLink, Redirect } from '../ui/link.js';
import { WaitingCount } from '../ui/page.js';
import { Loading, ProblemPage } from '../ui/query-states.js';
import { SealMark } from '../ui/seal.js';
import { Account } from './account.js';
import { isPageFor, type NavItem, navFor } from './navigation.js';
import { BrokenBanners, NotForYou, PageBoundary } from './page-boundary.js';
import { Settled } from './settled.js';
import { shellTexts } from './shell.text.js';

const Banners = lazy(() => import('./banners.js'));
const Onboarding = lazy(async () => ({
  default: (await import('../features/onboarding/onboarding.js')).Onboarding,
}));

/** Whether the page has its first answers and live updates. The counts in the menu are read afterwards. */
const IsFollowed = createContext(false);

/** The frame of every page for signed-in people. Everyone else goes to the sign-in page and returns afterwards. */
export function Shell({ children }: { children: ReactNode }) {
  const { data: session, error, refetch } = useQuery(sessionQuery);
  const { pathname, search } = useAddress();
  if (session === undefined)
    return error === null ? <Loading /> : <ProblemPage error={error} retry={() => void refetch()} />;
  if (session === null) return <Redirect to={`/sign-in?returnTo=${encodeURIComponent(pathname + search)}`} />;
  return <SignedIn session={session}>{children}</SignedIn>;
}

function SignedIn({ session, children }: { session: Session; children: ReactNode }) {
  const [isSettled, setSettled] = useState(false);
  useEffect(() => rememberOrganisation(session.tenant ?? 'vendor'), [session.tenant]);
  const settle = useCallback(() => setSettled(true), []);
  useEffect(() => (isSettled ? followLiveUpdates() : undefined), [isSettled]);
  const stream = useSyncExternalStore(onStreamState, streamState);
  // An opening stream makes every answer stale. Banners and counts wait for it, so that they are not read twice.
  const isFollowed = isSettled && stream !== 'connecting';
  useEffect(() => {
    // If it fails, the next page tries again.
    if (isFollowed) movePushToSession(session).catch(() => {});
  }, [isFollowed, session]);
  return (
    <IsFollowed value={isFollowed}>
      <Bar session={session} />
      <Ribbon lost={stream === 'lost'} />
      <PageBoundary fallback={<BrokenBanners />}>
        {isFollowed ? <Banners session={session} /> : null}
      </PageBoundary>
      <PageArea session={session} onSettled={settle}>
        {children}
      </PageArea>
    </IsFollowed>
  );
}

function PageArea({
  session,
  onSettled,
  children,
}: {
  session: Session;
  onSettled: () => void;
  children: ReactNode;
}) {
  const { pathname } = useAddress();
  const waiting = useWaiting(navFor(session).find(({ counts }) => counts !== undefined)?.counts);
  return (
    <main id="main" tabIndex={-1}>
      <WaitingCount value={waiting}>
        <PageBoundary key={pathname}>
          <PageBoundary fallback={null}>
            {pathname === navFor(session)[0]?.to ? <Onboarding session={session} /> : null}
          </PageBoundary>
          {isPageFor(session, pathname) ? children : <NotForYou />}
          <Settled onSettled={onSettled} />
        </PageBoundary>
      </WaitingCount>
    </main>
  );
}

function Bar({ session }: { session: Session }) {
  const text = useText(shellTexts);
  const menu = useMenu();
  const items = navFor(session);
  const rare = items.filter(({ isRare }) => isRare);
  return (
    <header className="bar" data-open={menu.isOpen}>
      <a className="skip" href="#main">
        {text.skip}
      </a>
      <div className="bar-inner">
        <Link className="brand" to="/">
          <SealMark />
          Countersign
        </Link>
        <button
          ref={menu.button}
          type="button"
          className="button plain menu-button"
          aria-expanded={menu.isOpen}
          aria-controls="nav"
          onClick={menu.toggle}
        >
          <Icon name="menu" />
          {text.menu}
        </button>
        <nav className="nav" id="nav" aria-label={text.main}>
          <NavLinks items={items.filter(({ isRare }) => !isRare)} />
          {rare.length === 0 ? null : <More items={rare} />}
        </nav>
        <Account session={session} />
      </div>
    </header>
  );
}

function NavLinks({ items }: { items: readonly NavItem[] }) {
  const text = useText(shellTexts);
  return items.map(({ to, label, counts, hasOwnPolicy = false }) => (
    <NavLink key={to} to={to} reloadDocument={hasOwnPolicy}>
      {text[label]}
      {counts === undefined ? null : <Waiting at={counts} />}
    </NavLink>
  ));
}

/** The pages that are seldom needed. In the menu of a narrow window they follow the others. */
function More({ items }: { items: readonly NavItem[] }) {
  const text = useText(shellTexts);
  const { pathname } = useAddress();
  const area = useRef<HTMLDivElement>(null);
  const menu = useMenu(area);
  return (
    <div ref={area} className="more" data-open={menu.isOpen}>
      <button
        ref={menu.button}
        type="button"
        className="more-button"
        data-current={items.some(({ to }) => pathname.startsWith(to))}
        aria-expanded={menu.isOpen}
        aria-controls="more"
        onClick={menu.toggle}
      >
        {text.more}
      </button>
      <div className="more-pages" id="more">
        <NavLinks items={items} />
      </div>
    </div>
  );
}

/**
 * A menu that its button opens. Opening a page or pressing Escape closes it.
 *
 * @param area if given, a press or the focus outside of it closes the menu too
 */
function useMenu(area?: RefObject<HTMLElement | null>) {
  const { visit } = useAddress();
  const [openAt, setOpenAt] = useState<number | null>(null);
  const isOpen = openAt === visit;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpenAt(null);
      button.current?.focus();
    };
    const leave = ({ target }: Event) => {
      if (area?.current?.contains(target as Node) === false) setOpenAt(null);
    };
    const listening = new AbortController();
    document.addEventListener('keydown', onKey, listening);
    document.addEventListener('focusin', leave, listening);
    document.addEventListener('pointerdown', leave, listening);
    return () => listening.abort();
  }, [isOpen, area]);
  return { isOpen, button, toggle: () => setOpenAt(isOpen ? null : visit) };
}

/** How many requests wait there, as text; empty if none does. */
function useWaiting(at: 'inbox' | 'queue' | undefined): string {
  const state = at === 'inbox' ? 'awaiting_customer' : 'awaiting_vendor';
  const enabled = useContext(IsFollowed) && at !== undefined;
  const { data, hasNextPage } = useInfiniteQuery({ ...manyRequestsQuery({ state }), enabled });
  const count = at === undefined ? 0 : (data?.items.length ?? 0);
  return count === 0 ? '' : hasNextPage ? `${count}+` : String(count);
}

function Waiting({ at }: { at: 'inbox' | 'queue' }) {
  const count = useWaiting(at);
  return count === '' ? null : <span className="count">{count}</span>;
}

/** `/`: opens the reader's start page. */
export function Start() {
  const { data } = useQuery(sessionQuery);
  const [first] = data ? navFor(data) : [];
  return <Redirect to={first?.to ?? '/history'} />;
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
