import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiProblem } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { instantText, numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { FaultNotice } from './fault-notice.js';
import { proofTexts } from './proof.text.js';
import { forgetPoint, readKept } from './verified-point.js';
import { type Outcome, verifyNow } from './verify-now.js';

type Progress = { done: number; size: number };

interface LogToVerify {
  log: string;
  witnesses: readonly string[];
  onOutcome: (outcome: Outcome | undefined) => void;
}

/** Verifies the log in this browser when the reader presses the button. A run begins where the last one ended. */
export function VerifyHere(props: LogToVerify) {
  const text = useText(proofTexts);
  const [anchor, setAnchor] = useState<File>();
  const { run, progress, kept: point, forget } = useVerification(props);
  const verify = (acceptRestored: boolean) => run.mutate({ anchor, acceptRestored });
  return (
    <section className="sheet stack" aria-labelledby="verify">
      <h2 id="verify">{text.verify}</h2>
      <Last point={point} />
      <TextField
        label={text.anchorField}
        hint={text.anchorHint}
        type="file"
        accept=".json,application/json"
        onChange={(event) => setAnchor(event.target.files?.[0])}
      />
      <p>
        <Button look="primary" busy={run.isPending} onClick={() => verify(false)}>
          {text.button}
        </Button>
      </p>
      <div role="status" className="stack near">
        {run.isPending ? <Running progress={progress} /> : null}
      </div>
      <Problem error={run.error} />
      {run.data === undefined ? null : run.data.ok ? (
        <Verified outcome={run.data} />
      ) : (
        <>
          <FaultNotice fault={run.data.fault} />
          {point === undefined || run.data.fault.code === 'unknown_event' ? null : (
            <WhatNow
              isRestored={run.data.fault.code === 'restored'}
              onAccept={() => verify(true)}
              onForget={forget}
            />
          )}
        </>
      )}
    </section>
  );
}

/** A run of the verifier, and what this browser has `kept` of the last run that succeeded. */
function useVerification({ log, witnesses, onOutcome }: LogToVerify) {
  const [point, setKept] = useState(() => readKept(log));
  const [progress, setProgress] = useState<Progress>();
  const run = useMutation({
    mutationFn: async ({ anchor, acceptRestored }: { anchor: File | undefined; acceptRestored: boolean }) => {
      setProgress(undefined);
      onOutcome(undefined);
      const options = { anchor: await anchor?.text(), witnesses, acceptRestored };
      return verifyNow(log, options, (done, size) => setProgress({ done, size }));
    },
    onSuccess: (outcome) => {
      setKept(readKept(log));
      onOutcome(outcome);
      void invalidate(['checkpoint', log]);
    },
  });
  const forget = () => {
    forgetPoint(log);
    setKept(undefined);
    run.reset();
    onOutcome(undefined);
  };
  return { run, progress, kept: point, forget };
}

/** How far the run has come. `progress` is undefined until the first leaves are read. */
function Running({ progress }: { progress: Progress | undefined }) {
  const text = useText(proofTexts);
  const language = useLanguage();
  return (
    <>
      <progress
        className="progress"
        aria-label={text.verify}
        max={progress?.size ?? 1}
        {...(progress === undefined ? {} : { value: progress.done })}
      />
      <p className="soft">
        {progress === undefined
          ? text.beginning
          : text.progress(numberText(progress.done, language), numberText(progress.size, language))}
      </p>
    </>
  );
}

/** After a fault: accepts the log as restored from a backup, or forgets what this browser has verified before. */
function WhatNow({
  isRestored,
  onAccept,
  onForget,
}: {
  isRestored: boolean;
  onAccept: () => void;
  onForget: () => void;
}) {
  const text = useText(proofTexts);
  return (
    <div className="stack tight">
      <p className="row near">
        {isRestored ? (
          <Button small onClick={onAccept}>
            {text.acceptRestored}
          </Button>
        ) : null}
        <Button small look="deny" onClick={onForget}>
          {text.forget}
        </Button>
      </p>
      <p className="hint">{text.forgetHint}</p>
    </div>
  );
}

function Last({ point }: { point: ReturnType<typeof readKept> }) {
  const text = useText(proofTexts);
  const language = useLanguage();
  if (point === undefined || point === 'damaged') return <p className="soft">{text.never}</p>;
  return (
    <dl className="facts">
      <dt>{text.last}</dt>
      <dd>
        <Instant at={point.at} seconds />
      </dd>
      <dt>{text.leaves}</dt>
      <dd>{numberText(point.point.size, language)}</dd>
      <dt>{text.root}</dt>
      <dd className="mono small">{point.point.root}</dd>
    </dl>
  );
}

/** A broker that refuses to sign its own log says more than an error does. */
function Problem({ error }: { error: unknown }) {
  const text = useText(proofTexts);
  if (error === null) return null;
  if (error instanceof ApiProblem && error.code === 'log_inconsistent')
    return (
      <Notice tone="stop" icon="alert" live>
        <p className="strong">{text.inconsistent}</p>
      </Notice>
    );
  return <ProblemNotice error={error} />;
}

function Verified({
  outcome: { point, since, sinceAt, isStored, prunedBefore, restored },
}: {
  outcome: Outcome & { ok: true };
}) {
  const text = useText(proofTexts);
  const language = useLanguage();
  const { size } = point.point;
  const isFirst = sinceAt === null;
  const { checks, gaps } = text;
  return (
    <Notice tone="open" icon="done" live>
      <p className="strong">{text.ok(numberText(size, language))}</p>
      {isFirst ? null : (
        <p>{size === since ? text.okSame : text.okNew(numberText(size - since, language))}</p>
      )}
      <h3>{text.checked}</h3>
      <ul className="bullets">
        <li>{checks.signature}</li>
        {point.keyFrom === 'anchor' ? <li>{checks.anchor}</li> : null}
        <li>{checks.leaves}</li>
        <li>
          {isFirst ? checks.first : checks.continues(instantText(sinceAt, language, { seconds: true }))}
        </li>
        {restored === null ? null : (
          <li>{checks.restored(String(restored.epoch), numberText(restored.lost, language))}</li>
        )}
      </ul>
      <h3>{text.notChecked}</h3>
      <ul className="bullets">
        {prunedBefore === 0 ? null : <li>{gaps.pruned(numberText(prunedBefore, language))}</li>}
        <li>{gaps.truth}</li>
        <li>{gaps.policy}</li>
        {point.keyFrom === 'anchor' ? null : <li>{gaps.key}</li>}
        {isStored ? null : <li>{gaps.storage}</li>}
        <li>{gaps.page}</li>
      </ul>
    </Notice>
  );
}
