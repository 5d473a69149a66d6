import type { TrustDocument } from '@countersign/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { hasRole, useSession } from '../../api/session.js';
import { type Trust, trustQuery, whileUnpinned } from '../../api/trust.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { CopyId } from '../../ui/copy.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/states.js';
import { DataTable } from '../../ui/table.js';
import { Anchor } from './anchor.js';
import { NextVersion } from './next-version.js';
import { OwnPage } from './own-page.js';
import { ProposalCard } from './proposal-card.js';
import { ResetNotice } from './reset-notice.js';
import { trustTexts } from './trust.text.js';
import { TrustRules } from './trust-rules.js';

/** `/trust`: what a customer has signed of its people, keys and rules. */
export default function TrustPage() {
  const text = useText(trustTexts);
  const { tenant } = useSession();
  const slug = tenant ?? '';
  const query = useQuery({
    ...trustQuery(slug),
    refetchInterval: ({ state }) => whileUnpinned(state.data),
  });
  return (
    <Page narrow title={text.title} lead={text.lead}>
      <Loaded query={query}>
        {(trust) => (
          <div className="stack loose">
            {trust.reset === null ? null : <ResetNotice slug={slug} reset={trust.reset} />}
            {trust.claimed ? <Current trust={trust} /> : <Unclaimed />}
            {trust.proposal === null ? null : (
              <ProposalCard slug={slug} trust={trust} proposal={trust.proposal} />
            )}
            {trust.claimed && trust.proposal === null ? <NextVersion slug={slug} trust={trust} /> : null}
            <Anchor trust={trust} />
            {trust.claimed ? <Versions trust={trust} /> : null}
            <OwnPage />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Unclaimed() {
  const text = useText(trustTexts);
  const session = useSession();
  return (
    <Notice tone="wait" icon="open">
      <p className="strong">{text.unclaimed}</p>
      <p>{text.unclaimedLead}</p>
      <p>
        {hasRole(session, 'admin') ? (
          <Link className="button primary" to="/claim">
            {text.claim}
          </Link>
        ) : (
          text.claimAdmin
        )}
      </p>
    </Notice>
  );
}

function Current({ trust: { document, seq } }: { trust: Trust }) {
  const text = useText(trustTexts);
  return (
    <section className="stack near">
      <h2>
        {text.current}: {text.version(seq ?? 0)}
      </h2>
      <TrustRules document={document as TrustDocument} />
      <p className="soft">{text.validLead}</p>
    </section>
  );
}

function Versions({ trust: { chain } }: { trust: Trust }) {
  const text = useText(trustTexts);
  return (
    <section className="stack near">
      <h2>{text.versions}</h2>
      <DataTable
        caption={text.versions}
        rows={[...chain].reverse()}
        rowKey={({ hash }) => hash}
        columns={[
          { label: text.versions, cell: ({ seq }) => text.version(seq) },
          { label: text.since, cell: ({ at }) => <Instant at={at} /> },
          { label: text.hash, cell: ({ hash }) => <CopyId id={hash} /> },
        ]}
      />
    </section>
  );
}
