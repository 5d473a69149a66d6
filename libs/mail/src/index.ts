export { type MailSettings, readMailSettings } from './config.js';
export { MailChannel, type MailDeps } from './handlers.js';
