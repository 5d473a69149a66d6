export { CodeMailer } from './code-mail.js';
export { MailChannel } from './mail-channel.js';
export {
  isMailOver,
  isPersonalMailKind,
  mailedPersons,
  type PersonalMailKind,
} from './mail-recipients.js';
export { type MailSettings, readMailSettings } from './settings.js';
export { escapeHtml } from './text.js';
export { isMailKind } from './words/words.js';
