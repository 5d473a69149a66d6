import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { checkpointQuery, witnessesQuery } from '../../api/log.js';
import { ApiProblem } from '../../api/problem.js';
import { useSession } from '../../api/session.js';
import { trustQuery } from '../../api/trust.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { Help, Helped } from '../../ui/help.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/query-states.js';
import { Commands, Files, VerifierPage } from './files-and-commands.js';
import { LogChoice, useLog } from './log-choice.js';
import { proofTexts } from './proof.text.js';
import { VerifyHere } from './verify-here.js';
import type { Outcome } from './verify-now.js';
import { WitnessTable } from './witness-table.js';

/** `/proof`: the newest checkpoint of a log, its verification in this browser, its witnesses, and what to keep. */
export default function ProofPage() {
  const text = useText(proofTexts);
  const log = useLog();
  return (
    <Page
      help="log"
      narrow
      title={text.title}
      lead={text.lead}
      actions={
        <Link className="button small" to={`/activity?log=${encodeURIComponent(log)}`}>
          {text.activity}
        </Link>
      }
    >
      <div className="stack loose">
        <LogChoice />
        <Proof key={log} log={log} />
      </div>
    </Page>
  );
}

function Proof({ log }: { log: string }) {
  const { tenant } = useSession();
  const [outcome, setOutcome] = useState<Outcome>();
  const isTenantLog = log !== 'deployment' && log !== 'vendor';
  const witnesses = useQuery({ ...witnessesQuery(log), enabled: isTenantLog });
  const trust = useQuery({ ...trustQuery(log), enabled: isTenantLog });
  const vkeys = witnesses.data?.items.map(({ vkey }) => vkey) ?? [];
  return (
    <>
      <Newest log={log} />
      <VerifyHere log={log} witnesses={vkeys} onOutcome={setOutcome} />
      {isTenantLog ? (
        <WitnessTable log={log} cosignatures={outcome?.ok === true ? outcome.cosignatures : undefined} />
      ) : null}
      <Files log={log} hasTrust={isTenantLog} />
      <Commands log={log} isOwn={log === tenant} hasAnchor={Boolean(trust.data?.anchor)} />
      <VerifierPage />
    </>
  );
}

function Newest({ log }: { log: string }) {
  const text = useText(proofTexts);
  const language = useLanguage();
  const query = useQuery(checkpointQuery(log));
  const { error } = query;
  if (error instanceof ApiProblem && error.code === 'log_inconsistent')
    return (
      <Notice tone="stop" icon="alert" live>
        <p className="strong">{text.inconsistent}</p>
      </Notice>
    );
  return (
    <Loaded query={query}>
      {({ checkpoint: { origin, size }, note, signedAt }) => (
        <section className="stack" aria-labelledby="checkpoint">
          <Helped about="checkpoint" word={text.checkpoint}>
            <h2 id="checkpoint">{text.checkpoint}</h2>
          </Helped>
          <p className="figure">
            <b>{numberText(size, language)}</b>
            <span className="soft">
              {text.leaves} <Help about="leaf" word={text.leaves} />
            </span>
          </p>
          <dl className="facts">
            <dt>{text.signed}</dt>
            <dd>{signedAt === null ? '–' : <Instant at={signedAt} seconds />}</dd>
            <dt>{text.origin}</dt>
            <dd className="mono small">{origin}</dd>
            <dt>{text.key}</dt>
            <dd className="mono small">
              {note.signatures
                .filter(({ name }) => name === origin)
                .map(({ keyId }) => hexOf(keyId))
                .join(', ')}
            </dd>
            <dt>{text.root}</dt>
            <dd className="mono small">{note.text.split('\n')[2]}</dd>
          </dl>
          <p className="soft">{text.asGiven}</p>
        </section>
      )}
    </Loaded>
  );
}

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
