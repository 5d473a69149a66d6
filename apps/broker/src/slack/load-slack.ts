/** Loads the Slack library on first use: many brokers do not use Slack, and start sooner without it. */
export const loadSlack = () => import('./slack-library.js');
