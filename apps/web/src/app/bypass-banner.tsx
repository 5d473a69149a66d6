import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { unwrap } from '../api/problem.js';
import { may, type Session } from '../api/session.js';
import { instantText } from '../text/clock.js';
import { useLanguage, useText } from '../text/language.js';
import { Notice } from '../ui/badge.js';
import { Help } from '../ui/help.js';
import { Link } from '../ui/link.js';
import { shellTexts } from './shell.text.js';

const REFETCH_MS = 60_000;
/** How long the banner shows a report. The page *Activity* has it for ever. */
const SHOWN_MS = 14 * 86_400_000;

/** A red banner on every page of a customer's people if someone reported calls that bypassed the gateway. */
export function BypassBanner({ session }: { session: Session }) {
  const { tenant } = session;
  return tenant !== null && may(session, 'bypass.read') ? <Banner tenant={tenant} /> : null;
}

function Banner({ tenant }: { tenant: string }) {
  const text = useText(shellTexts);
  const language = useLanguage();
  const items = useQuery({
    queryKey: ['bypass-reports', tenant],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/tenants/{slug}/bypass-reports', { params: { path: { slug: tenant } }, signal }),
      ),
    refetchInterval: REFETCH_MS,
  }).data?.items;
  const newest = items?.find(
    ({ passed, reportedAt }) => passed > 0 && Date.now() - Date.parse(reportedAt) < SHOWN_MS,
  );
  if (newest === undefined) return null;
  return (
    <div className="page banner">
      <Notice tone="stop" icon="alert" live>
        <p className="strong">
          {text.bypassed(newest.passed, newest.service)} <Help about="bypass" word={text.bypassedWord} />
        </p>
        <p>
          {text.bypassedLead(instantText(newest.from, language), instantText(newest.to, language))}{' '}
          <Link to="/activity?type=gateways">{text.bypassedShow}</Link>
        </p>
      </Notice>
    </div>
  );
}
