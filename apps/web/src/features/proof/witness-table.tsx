import type { Witness } from '@countersign/api';
import { useQuery } from '@tanstack/react-query';
import { witnessesQuery } from '../../api/log.js';
import type { Cosignature } from '../../log/verify-log.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Badge, Notice } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { TableSection } from '../../ui/table.js';
import { proofTexts } from './proof.text.js';

const LOOK = {
  signed: { tone: 'open', icon: 'done' },
  missing: { tone: 'wait', icon: 'wait' },
  bad_signature: { tone: 'stop', icon: 'alert' },
  invalid_key: { tone: 'stop', icon: 'alert' },
} as const;

/** The witnesses of a tenant's log: what the broker says of them, and what this browser has verified. */
export function WitnessTable({
  log,
  cosignatures,
}: {
  log: string;
  cosignatures: ReadonlyMap<string, Cosignature> | undefined;
}) {
  const text = useText(proofTexts);
  const { data, ...query } = useQuery(witnessesQuery(log));
  const items = data?.items.map((witness) => ({ ...witness, id: witness.vkey }));
  const table = (
    <TableSection
      id="witnesses"
      title={text.witnesses}
      help="witness"
      lead={text.witnessesLead}
      query={{ ...query, data: items === undefined ? undefined : { items } }}
      empty={text.witnessesNone}
      columns={[
        { label: text.witness, cell: ({ name }) => <span className="strong">{name}</span> },
        { label: text.signedLast, cell: (witness) => <Reported {...witness} /> },
        { label: text.hereChecked, cell: ({ vkey }) => <Checked found={cosignatures?.get(vkey)} /> },
      ]}
    />
  );
  if (data == null || data.missingSince === null) return table;
  return (
    <>
      <Notice tone="stop" icon="alert" live>
        <p className="strong">
          {text.witnessesMissing} <Instant at={data.missingSince} seconds />
        </p>
        <p>{text.witnessesMissingWhat}</p>
      </Notice>
      {table}
    </>
  );
}

function Reported({ size, signedAt, error }: Pick<Witness, 'size' | 'signedAt' | 'error'>) {
  const text = useText(proofTexts);
  const language = useLanguage();
  return (
    <div className="stack tight">
      {size === null || signedAt === null ? (
        <span className="soft">{text.noSize}</span>
      ) : (
        <span>
          {text.sizeAt(numberText(size, language))}
          <Instant at={signedAt} seconds />
        </span>
      )}
      {error === null ? null : (
        <Badge tone="stop" icon="alert">
          {error}
        </Badge>
      )}
    </div>
  );
}

function Checked({ found }: { found: Cosignature | undefined }) {
  const text = useText(proofTexts);
  if (found === undefined) return <span className="soft">{text.notYet}</span>;
  return (
    <div className="stack tight">
      <Badge {...LOOK[found.state]}>{text.cosigned[found.state]}</Badge>
      {found.state === 'signed' ? <Instant at={found.at} seconds /> : null}
    </div>
  );
}
