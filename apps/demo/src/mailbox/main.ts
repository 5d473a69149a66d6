import pino from 'pino';
import { readDemoEnvironment } from '../environment.js';
import { fail, runServer } from '../run-server.js';
import { Mailbox } from './mailbox.js';

const { ports } = readDemoEnvironment(process.env, process.cwd());
const logger = pino({ base: { name: 'mailbox' } });
const mailbox = new Mailbox(() => new Date());
mailbox.smtp.on('error', (error) => fail('listen_failed', error.message));
mailbox.smtp.listen(ports.smtp, '127.0.0.1');
runServer(mailbox.pages, ports.mailbox, logger, () => mailbox.smtp.close(() => undefined));
