import { PasskeyProblem } from '../passkey/passkey-problem.js';
import { createRecoveryKey, signWithRecoveryKey } from '../passkey/recovery-key.js';
import { createPasskey, signStatement } from '../passkey/webauthn.js';
import type { SigningConfig } from './config.js';
import type { DescribeContext } from './describe/members.js';
import { describeStatement } from './describe/statement.js';
import type { EnrolTask, Outcome, PrintTask, RecoverTask, SignTask, Task } from './protocol.js';
import { button, el, grouped, notice, statementView } from './view.js';

/** A task as the page shows it: its content, and what its button does. */
export interface Step {
  title: string;
  body: HTMLElement[];
  label: string;
  /** @throws PasskeyProblem */
  press(): Promise<Outcome>;
}

type BaseContext = Omit<DescribeContext, 'opened' | 'codes'>;

/**
 * Validates a task and prepares its page.
 *
 * @param show shows more content while the button's work is in progress
 * @throws PasskeyProblem if this page must not do the task
 */
export async function buildStep(
  task: Task,
  config: SigningConfig,
  context: BaseContext,
  show: (...more: HTMLElement[]) => void,
): Promise<Step> {
  if (task.do === 'sign') return signStep(task, config, context);
  if (task.do === 'recover') return recoverStep(task, config, context);
  if (task.do === 'enrol') return enrolStep(task, context);
  if (task.do === 'print') return printStep(task, config, context, show);
  throw new PasskeyProblem('differs');
}

async function signStep(task: SignTask, config: SigningConfig, context: BaseContext): Promise<Step> {
  const described = await describeStatement(task, config, context);
  const { statement, rpId, credentials } = task;
  return {
    title: described.title,
    body: statementView(described, context.words),
    label: context.words.sign,
    press: async () => ({ signature: await signStatement(statement, { rpId, credentials }) }),
  };
}

async function recoverStep(task: RecoverTask, config: SigningConfig, context: BaseContext): Promise<Step> {
  const { words } = context;
  const described = await describeStatement(task, config, context);
  const input = el('input', { id: 'typed', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' });
  const field = el('p', {}, el('label', { for: 'typed' }, words.typed), input);
  return {
    title: described.title,
    body: [...statementView(described, words), field],
    label: words.signPaper,
    press: async () => ({
      signature: await signWithRecoveryKey(task.statement, task.jwk, (input as HTMLInputElement).value),
    }),
  };
}

/** Only for exactly this host: a passkey for a parent domain could also sign on other hosts. */
async function enrolStep({ options }: EnrolTask, { words }: BaseContext): Promise<Step> {
  if (options.rp.id !== location.hostname) throw new PasskeyProblem('elsewhere');
  return {
    title: words.enrol,
    body: [el('p', {}, words.enrolFor(options.user.name, location.hostname))],
    label: words.make,
    press: async () => ({ passkey: await createPasskey(options) }),
  };
}

async function printStep(
  { tenant }: PrintTask,
  config: SigningConfig,
  { words }: BaseContext,
  show: (...more: HTMLElement[]) => void,
): Promise<Step> {
  if (config.tenant !== undefined && config.tenant !== tenant) throw new PasskeyProblem('differs');
  return {
    title: words.print,
    body: [el('p', {}, words.printFor(tenant))],
    label: words.makePaper,
    press: async () => {
      const { jwk, printed } = await createRecoveryKey();
      await new Promise<void>((resolve) => {
        show(
          el('h2', {}, words.secret),
          grouped(printed),
          notice(words.once, 'plain'),
          el('p', { class: 'buttons' }, button(words.printIt, print), button(words.kept, resolve, 'primary')),
        );
      });
      return { recovery: jwk };
    },
  };
}
