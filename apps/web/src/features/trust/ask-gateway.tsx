import type { Trust } from '@countersign/api';
import { useMutation } from '@tanstack/react-query';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Command, CopyId } from '../../ui/copy.js';
import { type AskedGateway, askGateway } from './gateway-statement.js';
import { trustTexts } from './trust.text.js';

/** Asks a gateway itself what it has pinned: what the broker says about gateways is the broker's word. */
export function AskGateway({ trust, tenant }: { trust: Trust; tenant: string }) {
  const text = useText(trustTexts).ask;
  const ask = useMutation({ mutationFn: () => askGateway(trust, tenant) });
  return (
    <section className="stack near">
      <h2>{text.title}</h2>
      <p>{text.lead}</p>
      <p className="no-print">
        <Button busy={ask.isPending} onClick={() => ask.mutate()}>
          {text.button}
        </Button>
      </p>
      {ask.data === undefined ? null : <Asked {...ask.data} />}
      <p className="soft">{text.command}</p>
      <Command>{`countersign trust check ${tenant} --anchor countersign-anchor-${tenant}.json`}</Command>
    </section>
  );
}

function Asked({ finding, statement, name, kid }: AskedGateway) {
  const text = useText(trustTexts).ask;
  const hash = (value: string | null) => (value === null ? text.nothing : <CopyId id={value} />);
  return (
    <Notice tone={finding === null ? 'open' : 'stop'} icon={finding === null ? 'done' : 'alert'} live>
      <p className="strong">{finding === null ? text.confirmed(name ?? '') : text.finding[finding]}</p>
      {statement === null ? null : (
        <dl className="facts">
          <dt>{text.gateway}</dt>
          <dd>{name ?? statement.iss}</dd>
          <dt>{text.pinned}</dt>
          <dd>{hash(statement.pinned)}</dd>
          <dt>{text.current}</dt>
          <dd>{hash(statement.current)}</dd>
          <dt>{text.key}</dt>
          <dd>{hash(kid)}</dd>
        </dl>
      )}
    </Notice>
  );
}
