import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { useText } from '../../text/language.js';
import { Badge } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { Loaded } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { securityTexts } from './security.text.js';

const LOOK = {
  in_touch: { tone: 'open', icon: 'done' },
  away: { tone: 'stop', icon: 'offline' },
  never: { tone: 'wait', icon: 'wait' },
  revoked: { tone: 'plain', icon: 'closed' },
} as const;

export function Gateways() {
  const text = useText(securityTexts);
  const gateways = useQuery({
    queryKey: ['gateways'],
    refetchInterval: 5_000,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/gateways', { signal })),
  });
  return (
    <section className="stack near" aria-labelledby="gateways">
      <h2 id="gateways">{text.gateways}</h2>
      <Loaded query={gateways}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="soft">{text.noGateways}</p>
          ) : (
            <DataTable
              caption={text.gateways}
              rows={items}
              rowKey={({ id }) => id}
              columns={[
                { label: text.gateway, cell: ({ name }) => name },
                {
                  label: text.state,
                  cell: ({ state }) => <Badge {...LOOK[state]}>{text.gatewayState[state]}</Badge>,
                },
                {
                  label: text.inTouch,
                  cell: ({ lastInTouchAt }) =>
                    lastInTouchAt === null ? text.never : <Instant at={lastInTouchAt} seconds />,
                },
              ]}
            />
          )
        }
      </Loaded>
    </section>
  );
}
