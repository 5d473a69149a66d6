import { expectAnswer } from '../http.js';
import { ERIN } from '../people.js';
import type { TourStep } from '../step.js';

export const closedDoor: TourStep = {
  title: 'Nobody has standing access',
  who: ERIN,
  async run(context) {
    const path = '/tenants/globex/invoices/inv-1001';
    const answer = await context.through('GET', path);
    expectAnswer(answer, 'a call without a token', 401, 'invalid_token');
    return [`GET ${path}`, 'refused: 401 invalid_token (there is no grant, so there is no token)'];
  },
};
