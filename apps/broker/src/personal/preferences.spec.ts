import * as access from '@countersign/access';
import * as api from '@countersign/api';

test('the API has the topics, ways and languages of the domain, in the same order', () => {
  expect(api.PERSONAL_TOPICS).toEqual(access.PERSONAL_TOPICS);
  expect(api.NOTICE_WAYS).toEqual(access.NOTICE_WAYS);
  expect(api.PUSH_LANGUAGES).toEqual(access.PUSH_LANGUAGES);
});
