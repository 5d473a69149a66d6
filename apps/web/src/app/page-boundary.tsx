import { Component, type ReactNode, Suspense } from 'react';
import { useText } from '../text/language.js';
import { Notice } from '../ui/badge.js';
import { Button } from '../ui/button.js';
import { Link } from '../ui/link.js';
import { Page } from '../ui/page.js';
import { Loading } from '../ui/query-states.js';
import { shellTexts } from './shell.text.js';

/**
 * Catches rendering errors, including code that could not be loaded, and shows a message instead of a blank page. One
 * boundary is around the app, one around each page, one around the warnings above the page and one around the set-up list. So a
 * broken page keeps its navigation, and broken warnings do not break the page. `fallback` replaces the message.
 */
export class PageBoundary extends Component<
  { children: ReactNode; fallback?: ReactNode },
  { broken: boolean }
> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    const { children, fallback } = this.props;
    if (this.state.broken) return fallback === undefined ? <Broken /> : fallback;
    return <Suspense fallback={fallback === undefined ? <Loading /> : null}>{children}</Suspense>;
  }
}

function Broken() {
  const text = useText(shellTexts);
  const isOffline = !navigator.onLine;
  return (
    <div className="page narrow stack" role="alert">
      <h1>{isOffline ? text.offline : text.broken}</h1>
      <p className="lead">{isOffline ? text.offlineLead : text.brokenLead}</p>
      <p>
        <Button look="primary" onClick={() => location.reload()}>
          {text.reload}
        </Button>
      </p>
    </div>
  );
}

/** Shown instead of the banners. Without it, the reader could conclude that nothing is locked. */
export function BrokenBanners() {
  const text = useText(shellTexts);
  return (
    <div className="page banner">
      <Notice tone="stop" icon="alert" live>
        <p>{text.noBanners}</p>
        <p>
          <Button small onClick={() => location.reload()}>
            {text.reload}
          </Button>
        </p>
      </Notice>
    </div>
  );
}

export function NotFound() {
  const text = useText(shellTexts);
  return <OnlyHome title={text.notFound} lead={text.notFoundLead} />;
}

/** In place of a page that is for other roles: nothing on it would work. */
export function NotForYou() {
  const text = useText(shellTexts);
  return <OnlyHome title={text.notForYou} lead={text.notForYouLead} />;
}

/** A page with one link: to the reader's start page. */
function OnlyHome({ title, lead }: { title: string; lead: string }) {
  const text = useText(shellTexts);
  return (
    <Page narrow title={title} lead={lead}>
      <Link className="button" to="/">
        {text.home}
      </Link>
    </Page>
  );
}
