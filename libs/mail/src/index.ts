export { CodeMailer } from './code-mail.js';
export { MailChannel } from './mail-channel.js';
export { skipOf } from './mail-content.js';
export { type MailSettings, readMailSettings } from './settings.js';
export { escapeHtml } from './text.js';
