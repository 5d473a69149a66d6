import pino from 'pino';
import { readDemoEnvironment } from '../environment.js';
import { runServer } from '../run-server.js';
import { Mailbox } from './mailbox.js';

const { ports } = readDemoEnvironment(process.env, process.cwd());
const logger = pino({ base: { name: 'mailbox' } });
const mailbox = new Mailbox(() => new Date());
mailbox.smtp.on('error', (error) => {
  process.stderr.write(`error[listen_failed]: ${error.message}\n`);
  process.exit(1);
});
mailbox.smtp.listen(ports.smtp, '127.0.0.1');
runServer(mailbox.pages, ports.mailbox, logger, () => mailbox.smtp.close(() => undefined));
