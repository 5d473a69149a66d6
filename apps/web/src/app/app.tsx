import { lazy } from 'react';
import { Route, Routes } from 'react-router';
import { NotFound, PageBoundary } from './page-boundary.js';
import { Shell, Start } from './shell.js';

const pages = {
  signIn: lazy(() => import('../features/sign-in/sign-in-page.js')),
  inbox: lazy(() => import('../features/requests/inbox-page.js')),
  queue: lazy(() => import('../features/requests/review-queue-page.js')),
  decision: lazy(() => import('../features/decision/decision-page.js')),
  access: lazy(() => import('../features/grants/access-page.js')),
  live: lazy(() => import('../features/grants/live-page.js')),
  receipt: lazy(() => import('../features/receipt/receipt-page.js')),
  history: lazy(() => import('../features/history/history-page.js')),
  activity: lazy(() => import('../features/activity/activity-page.js')),
  proof: lazy(() => import('../features/proof/proof-page.js')),
  invite: lazy(() => import('../features/invitations/invitations-page.js')),
  accessReview: lazy(() => import('../features/access-review/access-review-page.js')),
  noticeAddresses: lazy(() => import('../features/notice-addresses/notice-addresses-page.js')),
  practice: lazy(() => import('../features/practice/practice-page.js')),
  standing: lazy(() => import('../features/standing/standing-page.js')),
  transparency: lazy(() => import('../features/transparency/transparency-page.js')),
  people: lazy(() => import('../features/people/people-page.js')),
  controls: lazy(() => import('../features/controls/controls-page.js')),
  account: lazy(() => import('../features/account/account-page.js')),
  passkeys: lazy(() => import('../features/passkeys/passkeys-page.js')),
  claim: lazy(() => import('../features/claim/claim-page.js')),
  trust: lazy(() => import('../features/trust/trust-page.js')),
  open: lazy(() => import('../features/open/open-page.js')),
  ask: lazy(() => import('../features/ask/ask-page.js')),
  mine: lazy(() => import('../features/requests/my-access-page.js')),
  emergencies: lazy(() => import('../features/emergencies/emergencies-page.js')),
  demands: lazy(() => import('../features/demands/demands-page.js')),
  demand: lazy(() => import('../features/demands/demand-page.js')),
  incidents: lazy(() => import('../features/incidents/incidents-page.js')),
  incident: lazy(() => import('../features/incidents/incident-page.js')),
  organisation: lazy(() => import('../features/organisation/organisation-page.js')),
  security: lazy(() => import('../features/security/security-page.js')),
};

/** The route of every page. The browser loads a page's code when the page is first opened. */
export function App() {
  return (
    <PageBoundary>
      <Routes>
        <Route path="sign-in" element={<pages.signIn />} />
        <Route element={<Shell />}>
          <Route index element={<Start />} />
          <Route path="inbox" element={<pages.inbox />} />
          <Route path="queue" element={<pages.queue />} />
          <Route path="requests/:id" element={<pages.decision />} />
          <Route path="access" element={<pages.access />} />
          <Route path="grants/:id" element={<pages.live />} />
          <Route path="grants/:id/receipt" element={<pages.receipt />} />
          <Route path="history" element={<pages.history />} />
          <Route path="activity" element={<pages.activity />} />
          <Route path="proof" element={<pages.proof />} />
          <Route path="invite" element={<pages.invite />} />
          <Route path="access-review" element={<pages.accessReview />} />
          <Route path="notice-addresses" element={<pages.noticeAddresses />} />
          <Route path="practice" element={<pages.practice />} />
          <Route path="standing" element={<pages.standing />} />
          <Route path="transparency" element={<pages.transparency />} />
          <Route path="people" element={<pages.people />} />
          <Route path="controls" element={<pages.controls />} />
          <Route path="account" element={<pages.account />} />
          <Route path="passkeys" element={<pages.passkeys />} />
          <Route path="claim" element={<pages.claim />} />
          <Route path="trust" element={<pages.trust />} />
          <Route path="open" element={<pages.open />} />
          <Route path="ask" element={<pages.ask />} />
          <Route path="mine" element={<pages.mine />} />
          <Route path="emergencies" element={<pages.emergencies />} />
          <Route path="incidents" element={<pages.incidents />} />
          <Route path="incidents/:id" element={<pages.incident />} />
          <Route path="organisation" element={<pages.organisation />} />
          <Route path="security" element={<pages.security />} />
          <Route path="demands" element={<pages.demands />} />
          <Route path="demands/:id" element={<pages.demand />} />
          <Route path="*" element={<NotFound />} />
        </Route>
      </Routes>
    </PageBoundary>
  );
}
