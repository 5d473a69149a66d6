import * as api from '@countersign/api';
import { CHOICES } from './choices.js';

test('the values that the command offers are those of the API', () => {
  expect(CHOICES).toMatchObject({
    deliveryState: api.DELIVERY_STATES,
    demandState: api.DEMAND_STATES,
    demandStep: api.DEMAND_STEP_ACTIONS,
    disclosureState: api.DISCLOSURE_STATES,
    exportContent: api.EXPORT_CONTENTS,
    exportFormat: api.EXPORT_FORMATS,
    exportKind: api.EXPORT_KINDS,
    grantState: api.GRANT_STATES,
    invitationState: api.INVITATION_STATES,
    redirectOutcome: api.REDIRECT_OUTCOMES,
    requestState: api.REQUEST_STATES,
    wideningState: api.WIDENING_STATES,
  });
});
