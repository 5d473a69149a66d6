import type { Trust } from '@countersign/api';
import { anchorName, anchorText } from '../../log/anchor-file.js';
import { useText } from '../../text/language.js';
import { Badge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Command, GroupedText } from '../../ui/copy.js';
import { Help, Helped } from '../../ui/help.js';
import { saveFile } from '../../ui/save-file.js';
import { DataTable } from '../../ui/table.js';
import { trustTexts } from './trust.text.js';

/** The fingerprint of a claimed tenant, its anchor file, and which gateways have pinned it. */
export function Anchor({
  trust: { anchor, gateways, trust: current },
}: {
  trust: Pick<Trust, 'anchor' | 'gateways' | 'trust'>;
}) {
  const text = useText(trustTexts);
  if (anchor === null) return null;
  const { trust, tenant } = anchor;
  const [, hex = ''] = trust.split(':');
  // Without this, a broker could give an older version to a gateway that is pinned later.
  const atLeast = current === null || current === trust ? '' : ` --at-least ${current}`;
  const file = () => saveFile(anchorName(anchor), 'application/json', anchorText(anchor));
  return (
    <>
      <section className="stack near">
        <Helped about="fingerprint" word={text.fingerprint}>
          <h2>{text.fingerprint}</h2>
        </Helped>
        <GroupedText text={hex} />
        <p className="soft">{text.fingerprintLead}</p>
        <p className="row near no-print">
          <Button icon="download" onClick={file}>
            {text.anchor}
          </Button>
          <Help about="anchor-file" word={text.anchorFile} />
        </p>
      </section>
      <section className="stack near">
        <Helped about="pinned" word={text.pinned}>
          <h2>{text.gateways}</h2>
        </Helped>
        <p>{text.pin}</p>
        <Command>{`countersign gateways pin ${tenant} ${trust}${atLeast}`}</Command>
        {gateways.length === 0 ? (
          <p className="soft">{text.gatewaysNone}</p>
        ) : (
          <DataTable
            caption={text.gateways}
            rows={gateways}
            rowKey={({ id }) => id}
            columns={[
              { label: text.gateway, cell: ({ name }) => <span className="strong">{name}</span> },
              { label: text.services, cell: ({ services }) => services?.join(', ') ?? text.allServices },
              { label: text.state, cell: (gateway) => <Pinned {...gateway} trust={trust} /> },
            ]}
          />
        )}
      </section>
    </>
  );
}

function Pinned({
  pinned,
  behind,
  alarm,
  trust,
}: Pick<Trust['gateways'][number], 'pinned' | 'behind' | 'alarm'> & { trust: string }) {
  const text = useText(trustTexts);
  if (alarm !== null)
    return (
      <Badge tone="stop" icon="alert">
        {text.pinAlarm[alarm]}
      </Badge>
    );
  if (pinned === null)
    return (
      <Badge tone="wait" icon="wait">
        {text.notPinned}
      </Badge>
    );
  if (pinned === trust && behind !== null)
    return (
      <Badge tone="stop" icon="alert">
        {text.pinnedBehind}
      </Badge>
    );
  return pinned === trust ? (
    <Badge tone="open" icon="done">
      {text.pinned}
    </Badge>
  ) : (
    <Badge tone="stop" icon="alert">
      {text.pinnedOther}
    </Badge>
  );
}
