import * as access from '@countersign/access';
import * as api from '@countersign/api';

test('the API has the topics and ways of the domain, in the same order', () => {
  expect(api.PERSONAL_TOPICS).toEqual(access.PERSONAL_TOPICS);
  expect(api.NOTICE_WAYS).toEqual(access.NOTICE_WAYS);
});
