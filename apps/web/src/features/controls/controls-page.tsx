import './controls.css';
import { useQuery } from '@tanstack/react-query';
import { controlsQuery } from '../../api/organisation.js';
import { servicesQuery } from '../../api/requests.js';
import { hasRole, may, useSession } from '../../api/session.js';
import { trustQuery } from '../../api/trust.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/query-states.js';
import { controlsTexts } from './controls.text.js';
import { ControlsEditor } from './editor/editor.js';
import { WaitingWidenings } from './widening-card.js';

/** `/controls`: the customer's privacy controls. All of its people read them, and its admins change them. */
export default function ControlsPage() {
  const text = useText(controlsTexts);
  const session = useSession();
  const slug = session.tenant ?? '';
  const controls = useQuery(controlsQuery(slug));
  const services = useQuery(servicesQuery);
  const isClaimed = useQuery(trustQuery(slug)).data?.claimed;
  const isAdmin = hasRole(session, 'admin');
  const mayChange = may(session, 'controls.write');
  return (
    <Page
      narrow
      help="privacy-controls"
      title={text.title}
      lead={isClaimed === false ? `${text.lead} ${text.leadUnclaimed}` : text.lead}
    >
      <div className="stack">
        {mayChange ? null : (
          <Notice tone="plain" icon="info">
            <p>{isAdmin ? text.mailCode : text.readOnly}</p>
          </Notice>
        )}
        {isClaimed ? (
          <Notice tone="plain" icon="info">
            <p>
              {text.trustDecides} <Link to="/trust">{text.toTrust}</Link>
            </p>
          </Notice>
        ) : null}
        <WaitingWidenings slug={slug} />
        <Loaded query={services}>
          {({ items }) => (
            <Loaded query={controls}>
              {(found) => (
                <ControlsEditor slug={slug} controls={found} services={items} mayChange={mayChange} />
              )}
            </Loaded>
          )}
        </Loaded>
      </div>
    </Page>
  );
}
