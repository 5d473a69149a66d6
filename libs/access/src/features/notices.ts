/** Whom a notice reaches and how, and what each person has chosen. */

export {
  ADDRESS_CODE_HOURS,
  NOTICE_ADDRESS_TRANSITIONS,
  type NoticeAddress,
  type NoticeAddressState,
} from '../domain/notice-address.js';
export {
  chosenMessages,
  isDuty,
  type NoticeChoices,
} from '../domain/notice-choices.js';
export {
  MAX_PUSH_SUBSCRIPTIONS,
  type PushSubscription,
} from '../domain/push-subscription.js';
export {
  addNoticeAddress,
  changeNoticeTopics,
  confirmNoticeAddress,
  listNoticeAddresses,
  removeNoticeAddress,
} from '../use-cases/notices/notice-addresses.js';
export { listNotices, retryNotice } from '../use-cases/notices/notices-admin.js';
export { getsNotice, notifiedPersons, personalTopic } from '../use-cases/notices/recipients.js';
export {
  type Preferences,
  readChosenZone,
  readPreferences,
  savePreferences,
} from '../use-cases/personal/preferences.js';
export {
  addPushSubscription,
  listPushSubscriptions,
  readPushKey,
  removePushSubscription,
} from '../use-cases/personal/push-subscriptions.js';
export { deleteTemplate, listTemplates, saveTemplate } from '../use-cases/personal/templates.js';
