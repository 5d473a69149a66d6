import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { useText } from '../../text/language.js';
import { Badge } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { TableSection } from '../../ui/table.js';
import { securityTexts } from './security.text.js';

const LOOK = {
  in_touch: { tone: 'open', icon: 'done' },
  away: { tone: 'stop', icon: 'offline' },
  never: { tone: 'wait', icon: 'wait' },
  revoked: { tone: 'plain', icon: 'closed' },
} as const;

/** Every enrolled gateway, and whether it is connected to the broker. */
export function Gateways() {
  const text = useText(securityTexts);
  const gateways = useQuery({
    queryKey: ['gateways'],
    refetchInterval: 5_000,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/gateways', { signal })),
  });
  return (
    <TableSection
      id="gateways"
      title={text.gateways}
      help="gateway"
      query={gateways}
      empty={text.noGateways}
      columns={[
        { label: text.gateway, cell: ({ name }) => name },
        { label: text.services, cell: ({ services }) => services?.join(', ') ?? text.allServices },
        { label: text.tenants, cell: ({ tenants }) => tenants?.join(', ') ?? text.allTenants },
        {
          label: text.state,
          cell: ({ state }) => <Badge {...LOOK[state]}>{text.gatewayState[state]}</Badge>,
        },
        {
          label: text.lastConnected,
          cell: ({ lastInTouchAt }) =>
            lastInTouchAt === null ? text.never : <Instant at={lastInTouchAt} seconds />,
        },
      ]}
    />
  );
}
