import * as api from '@countersign/api';
import { CHOICES } from './choices.js';

test('the states of a delivery that the command offers are those of the API', () => {
  expect(CHOICES.deliveryState).toEqual(api.DELIVERY_STATES);
});
