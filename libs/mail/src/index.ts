export { CodeMailer } from './code-mail.js';
export { type MailSettings, readMailSettings } from './config.js';
export { MailChannel } from './handlers.js';
export { escapeHtml } from './text.js';
