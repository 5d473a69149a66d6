import { PasskeyProblem } from '../passkey/passkey-problem.js';
import { createRecoveryKey, signWithRecoveryKey } from '../passkey/recovery-key.js';
import { createPasskey, signStatement } from '../passkey/webauthn.js';
import type { SigningConfig } from './config.js';
import type { DescribeContext } from './describe/members.js';
import { describeStatement } from './describe/statement.js';
import type { EnrolTask, Outcome, PrintTask, RecoverTask, SignTask, Task } from './protocol.js';
import { button, el, grouped, notice, readingView } from './view.js';

/** A task as a page: what it says, and what its button does. */
export interface Step {
  title: string;
  body: HTMLElement[];
  label: string;
  /** @throws PasskeyProblem */
  press(): Promise<Outcome>;
}

type With = Omit<DescribeContext, 'opened' | 'codes'>;

/**
 * What the task is, read and checked.
 *
 * @param show shows more while the button's work goes on
 * @throws PasskeyProblem where it cannot be done here
 */
export async function buildStep(
  task: Task,
  config: SigningConfig,
  reader: With,
  show: (...more: HTMLElement[]) => void,
): Promise<Step> {
  if (task.do === 'sign') return signing(task, config, reader);
  if (task.do === 'recover') return recovering(task, config, reader);
  if (task.do === 'enrol') return enrolling(task, reader);
  if (task.do === 'print') return printing(task, config, reader, show);
  throw new PasskeyProblem('differs');
}

async function signing(task: SignTask, config: SigningConfig, reader: With): Promise<Step> {
  const reading = await describeStatement(task, config, reader);
  const { statement, rpId, credentials } = task;
  return {
    title: reading.title,
    body: readingView(reading, reader.words),
    label: reader.words.sign,
    press: async () => ({ signature: await signStatement(statement, { rpId, credentials }) }),
  };
}

async function recovering(task: RecoverTask, config: SigningConfig, reader: With): Promise<Step> {
  const { words } = reader;
  const reading = await describeStatement(task, config, reader);
  const input = el('input', { id: 'typed', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' });
  const field = el('p', {}, el('label', { for: 'typed' }, words.typed), input);
  return {
    title: reading.title,
    body: [...readingView(reading, words), field],
    label: words.signPaper,
    press: async () => ({
      signature: await signWithRecoveryKey(task.statement, task.jwk, (input as HTMLInputElement).value),
    }),
  };
}

/** Only for this very host: a passkey for a wider name would sign at other pages, too. */
async function enrolling({ options }: EnrolTask, { words }: With): Promise<Step> {
  if (options.rp.id !== location.hostname) throw new PasskeyProblem('elsewhere');
  return {
    title: words.enrol,
    body: [el('p', {}, words.enrolFor(options.user.name, location.hostname))],
    label: words.make,
    press: async () => ({ passkey: await createPasskey(options) }),
  };
}

async function printing(
  { tenant }: PrintTask,
  config: SigningConfig,
  { words }: With,
  show: (...more: HTMLElement[]) => void,
): Promise<Step> {
  if (config.tenant !== undefined && config.tenant !== tenant) throw new PasskeyProblem('differs');
  return {
    title: words.print,
    body: [el('p', {}, words.printFor(tenant))],
    label: words.makePaper,
    press: async () => {
      const { jwk, secret } = await createRecoveryKey();
      await new Promise<void>((resolve) => {
        show(
          el('h2', {}, words.secret),
          grouped(secret),
          notice(words.once, 'plain'),
          el('p', { class: 'buttons' }, button(words.printIt, print), button(words.kept, resolve, 'primary')),
        );
      });
      return { recovery: jwk };
    },
  };
}
