import type { Trust } from '@countersign/api';
import type { TrustDocument } from '@countersign/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { publishedHashQuery } from '../../api/published-page.js';
import { hasRole, may, useSession } from '../../api/session.js';
import { refetchWhileUnpinned, reloadTrust, trustQuery } from '../../api/trust.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { CopyId, GroupedText } from '../../ui/copy.js';
import { Help, Helped } from '../../ui/help.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Loaded, ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { Anchor } from './anchor.js';
import { AskGateway } from './ask-gateway.js';
import { NextVersion } from './next-version.js';
import { ProposalCard } from './proposal-card.js';
import { trustTexts } from './trust.text.js';
import { TrustRules } from './trust-rules.js';

/** `/trust`: the trust document that a customer has signed, and its proposals. */
export default function TrustPage() {
  const text = useText(trustTexts);
  const { tenant } = useSession();
  const slug = tenant ?? '';
  const query = useQuery({
    ...trustQuery(slug),
    refetchInterval: ({ state }) => refetchWhileUnpinned(state.data),
  });
  return (
    <Page narrow help="trust-document" title={text.title} lead={text.lead}>
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
            {trust.anchor === null ? null : <AskGateway trust={trust} tenant={slug} />}
            {trust.claimed ? <Versions trust={trust} /> : null}
            <SigningPageDownload />
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
      <p className="strong">
        {text.unclaimed} <Help about="vendors-word" word={text.unclaimed} />
      </p>
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

const FILE = '/signing/countersign-signing.html';

/** The signing page as a download, with its published hash. */
function SigningPageDownload() {
  const text = useText(trustTexts);
  const { data } = useQuery(publishedHashQuery(FILE));
  if (!data) return null;
  return (
    <section className="stack near">
      <Helped about="signing-page" word={text.ownPage}>
        <h2>{text.ownPage}</h2>
      </Helped>
      <p className="soft">{text.ownPageLead}</p>
      <p>{text.ownPageHash}</p>
      <GroupedText text={data} />
      <p className="row near no-print">
        <a className="button" href={FILE} download>
          {text.ownPageTake}
        </a>
      </p>
    </section>
  );
}

/** The vendor says that all keys are lost. People who still have a key object; otherwise they claim again. */
function ResetNotice({ slug, reset }: { slug: string; reset: NonNullable<Trust['reset']> }) {
  const text = useText(trustTexts);
  const session = useSession();
  const isAdmin = may(session, 'trust.propose');
  const object = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE('/api/v1/tenants/{slug}/trust/reset', { params: { path: { slug } } })),
    onSettled: () => reloadTrust(slug),
  });
  return (
    <Notice tone="stop" icon="alert" live>
      <p className="strong">{text.reset}</p>
      <p>
        {text.resetReason(reset.reason)} · <Instant at={reset.createdAt} />
      </p>
      <p>{text.resetMeans}</p>
      {object.error === null ? null : <ProblemNotice error={object.error} />}
      {isAdmin ? (
        <p className="row near">
          <Button look="stop" icon="stop" busy={object.isPending} onClick={() => object.mutate()}>
            {text.resetObject}
          </Button>
          <Link className="button" to="/claim">
            {text.claimAgain}
          </Link>
        </p>
      ) : null}
    </Notice>
  );
}
