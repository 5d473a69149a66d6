import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../../api/client.js';
import { peopleQuery, useOrganisation } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { servicesQuery } from '../../api/requests.js';
import { hasRole, isVendor, type Session } from '../../api/session.js';
import { passkeysQuery, trustQuery } from '../../api/trust.js';
import { useText } from '../../text/language.js';
import { Badge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Link } from '../../ui/link.js';
import { readKept } from '../proof/verified-point.js';
import { hideOnboarding, isOnboardingHidden } from './hidden.js';
import { onboardingTexts } from './onboarding.text.js';
import { customerSteps, isComplete, type Step, vendorSteps } from './steps.js';

/**
 * What is left to set up, on the start page of each side's admins, until it is done or they hide it. It is derived from what is
 * there. Its lines are drawn at once and only their states arrive later, so that nothing below moves under a finger.
 */
export function Onboarding({ session }: { session: Session }) {
  const isAdmin = hasRole(session, isVendor(session) ? 'security-admin' : 'admin');
  // Read once: what is completed now stays in view until the next visit.
  const [isHidden, setHidden] = useState(() => isOnboardingHidden(session.person));
  if (!isAdmin || isHidden) return null;
  const hide = () => {
    hideOnboarding(session.person);
    setHidden(true);
  };
  return isVendor(session) ? (
    <VendorList session={session} onHide={hide} />
  ) : (
    <CustomerList session={session} onHide={hide} />
  );
}

interface ListProps {
  session: Session;
  onHide: () => void;
}

function CustomerList({ session, onHide }: ListProps) {
  const slug = session.tenant ?? '';
  const organisation = useOrganisation();
  const keys = useQuery(passkeysQuery(slug)).data;
  const point = readKept(slug);
  const steps = customerSteps(session.person, {
    passkeys: keys?.items,
    recoveryKeys: keys?.recoveryKeys,
    people: useQuery(peopleQuery(slug)).data?.items,
    isClaimed: useQuery(trustQuery(slug)).data?.claimed,
    hasAnchor: point !== undefined && point !== 'damaged' && point.keyFrom === 'anchor',
  });
  return <List name={organisation.tenant(slug)} session={session} steps={steps} onHide={onHide} />;
}

function VendorList({ session, onHide }: ListProps) {
  const organisation = useOrganisation();
  const gateways = useQuery({
    queryKey: ['gateways'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/gateways', { signal })),
  }).data;
  const newest = useQuery({
    queryKey: ['requests', 'newest'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/requests', { params: { query: { limit: '1' } }, signal })),
  }).data;
  const steps = vendorSteps({
    services: useQuery(servicesQuery).data?.items,
    gateways: gateways?.items,
    hasRequest: newest && newest.items.length > 0,
  });
  return <List name={organisation.vendor} session={session} steps={steps} onHide={onHide} />;
}

function List({ name, session, steps, onHide }: ListProps & { name: string; steps: readonly Step[] }) {
  const text = useText(onboardingTexts);
  // On a phone it begins closed, so that the page itself is on the first screen. Once all is done, it closes everywhere.
  const [isOpen, setOpen] = useState(() => matchMedia('(min-width: 48rem)').matches);
  const isOver = isComplete(steps);
  useEffect(() => {
    if (!isOver) return;
    hideOnboarding(session.person);
    setOpen(false);
  }, [isOver, session.person]);
  const done = steps.filter(({ isDone }) => isDone === true).length;
  return (
    <section className="page banner onboarding no-print" aria-labelledby="onboarding">
      <details
        className="sheet details"
        open={isOpen}
        onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
      >
        <summary>
          <h2 id="onboarding">{isOver ? text.complete : text.title(name)}</h2>{' '}
          <span className="soft small nowrap">{text.progress(done, steps.length)}</span>
        </summary>
        <ol className="plain-list">
          {steps.map((step) => (
            <Line key={step.id} step={step} />
          ))}
        </ol>
        <p>
          <Button small look="plain" onClick={onHide}>
            {text.hide}
          </Button>
        </p>
      </details>
    </section>
  );
}

function Line({ step: { id, isDone, to } }: { step: Step }) {
  const text = useText(onboardingTexts);
  const { do: label, why } = text.steps[id];
  return (
    <li className="onboarding-step">
      {isDone === true ? (
        <Badge tone="open" icon="done">
          {text.done}
        </Badge>
      ) : (
        <Badge tone={isDone === undefined ? 'plain' : 'wait'} icon="wait">
          {isDone === undefined ? text.reading : text.open}
        </Badge>
      )}
      <span>
        {to.startsWith('#') ? <a href={to}>{label}</a> : <Link to={to}>{label}</Link>}
        <span className="block soft small">{why}</span>
      </span>
    </li>
  );
}
