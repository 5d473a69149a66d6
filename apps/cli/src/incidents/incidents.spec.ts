import type { IncidentBoard } from '@countersign/api';
import { formatBoard } from './incidents.js';

test('the board says of each customer what it answered, whom it waits for, or why it was refused', () => {
  const none = { request: null, state: null, waiting: null, lapsesAt: null, grant: null, refusals: [] };
  const board: IncidentBoard = {
    ...{ id: 'inc_1', title: 'Wrong totals', person: 'usr_erin', createdAt: '2026-11-24T15:00:00Z' },
    tenants: [
      { ...none, tenant: 'acme', request: 'req_1', state: 'approved', grant: 'grt_1' },
      {
        ...{ ...none, tenant: 'globex', request: 'req_2', state: 'awaiting_customer' },
        waiting: { for: 'customer', since: '2026-11-24T15:00:00Z', stage: 'owner' },
      },
      {
        ...{ ...none, tenant: 'initech' },
        refusals: [{ code: 'ticket_required', detail: 'Name a ticket.', pointer: '/ticket' }],
      },
    ],
  };
  const text = formatBoard(board);
  expect(text).toMatch(/acme +approved +req_1 +grt_1/);
  expect(text).toMatch(/globex .*customer \(stage “owner”\), since 2026-11-24T15:00:00Z +req_2/);
  expect(text).toMatch(/initech +refused: ticket_required/);
});
