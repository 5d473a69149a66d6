export { type CodeMail, CodeMailer, writeCodeMail } from './code-mail.js';
export { type MailSettings, readMailSettings } from './config.js';
export { MailChannel, type MailDeps } from './handlers.js';
export { escapeHtml } from './text.js';
