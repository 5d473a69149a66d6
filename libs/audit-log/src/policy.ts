import type { Hashing } from '@countersign/contract';
import { AuditLogError } from './errors.js';
import { parseVerifierKey, type VerifierKey } from './note.js';

/** A log or a witness of a policy. */
export type PolicyKey = { key: VerifierKey; url?: string };

/** Who must have signed a checkpoint (C2SP tlog-policy). */
export type TlogPolicy = {
  logs: readonly PolicyKey[];
  witnesses: ReadonlyMap<string, PolicyKey>;
  /** Whether a checkpoint with the cosignatures of these witnesses (by their names in the policy) is good enough. */
  isQuorum(witnessed: ReadonlySet<string>): boolean;
};

/** Written as text: one log, its witnesses, and how many of them must have signed. 0 stands for `quorum none`. */
export function formatTlogPolicy(policy: {
  log: { vkey: string; url?: string };
  witnesses: readonly { vkey: string; url?: string }[];
  quorum: number;
}): string {
  const url = (value?: string) => (value === undefined ? '' : ` ${value}`);
  const names = policy.witnesses.map((_, index) => `w${index + 1}`);
  const lines = [
    `log ${policy.log.vkey}${url(policy.log.url)}`,
    ...policy.witnesses.map((witness, index) => `witness ${names[index]} ${witness.vkey}${url(witness.url)}`),
    ...(policy.quorum === 0
      ? ['quorum none']
      : [
          `group quorum-of-${policy.quorum} ${policy.quorum} ${names.join(' ')}`,
          `quorum quorum-of-${policy.quorum}`,
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

type Rule = (witnessed: ReadonlySet<string>) => boolean;

/**
 * Reads a policy file.
 *
 * @throws AuditLogError `invalid_policy` with the number of the line
 */
export function parseTlogPolicy(hashing: Hashing, text: string): TlogPolicy {
  return new PolicyReader(hashing).read(text);
}

class PolicyReader {
  readonly #logs: PolicyKey[] = [];
  readonly #witnesses = new Map<string, PolicyKey>();
  readonly #rules = new Map<string, Rule>();
  readonly #members = new Set<string>();
  readonly #publicKeys = { log: new Set<string>(), witness: new Set<string>() };
  #quorum: Rule | undefined;
  #line = 0;

  constructor(private readonly hashing: Hashing) {}

  read(text: string): TlogPolicy {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids exactly these.
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text))
      throw this.fail('control characters are not allowed');
    for (const line of text.split('\n')) {
      this.#line += 1;
      const [verb, ...words] = line.split(/[ \t]+/).filter((word) => word !== '');
      if (verb !== undefined && !verb.startsWith('#')) this.readLine(verb, words);
    }
    const isQuorum = this.#quorum;
    if (isQuorum === undefined) throw this.fail('there is no quorum line');
    return { logs: this.#logs, witnesses: this.#witnesses, isQuorum };
  }

  private readLine(verb: string, words: string[]): void {
    const [name = '', second, third] = words;
    if (verb === 'log' && (words.length === 1 || words.length === 2))
      this.#logs.push(this.key('log', name, second));
    else if (verb === 'witness' && (words.length === 2 || words.length === 3)) {
      this.#witnesses.set(name, this.key('witness', second ?? '', third));
      this.define(name, (witnessed) => witnessed.has(name));
    } else if (verb === 'group' && words.length >= 3) this.readGroup(name, second ?? '', words.slice(2));
    else if (verb === 'quorum' && words.length === 1) this.readQuorum(name);
    else throw this.fail('neither log, witness, group nor quorum with its words');
  }

  private readGroup(name: string, count: string, members: string[]): void {
    const fixed: Record<string, number> = { any: 1, all: members.length };
    const needed = fixed[count] ?? (/^[1-9]\d*$/.test(count) ? Number(count) : 0);
    if (needed < 1 || needed > members.length)
      throw this.fail(`a group needs 1 to ${members.length} of its members`);
    const rules = members.map((member) => {
      const rule = this.#rules.get(member);
      if (rule === undefined) throw this.fail(`${member} is not defined above`);
      if (this.#members.has(member)) throw this.fail(`${member} is already in a group`);
      this.#members.add(member);
      return rule;
    });
    this.define(name, (witnessed) => rules.filter((rule) => rule(witnessed)).length >= needed);
  }

  private readQuorum(name: string): void {
    if (this.#quorum !== undefined) throw this.fail('there is a second quorum');
    const rule = name === 'none' ? () => true : this.#rules.get(name);
    if (rule === undefined) throw this.fail(`${name} is not defined above`);
    this.#quorum = rule;
  }

  private define(name: string, rule: Rule): void {
    if (name === 'none' || this.#rules.has(name)) throw this.fail(`the name ${name} is taken`);
    this.#rules.set(name, rule);
  }

  private key(kind: 'log' | 'witness', vkey: string, url?: string): PolicyKey {
    let key: VerifierKey;
    try {
      key = parseVerifierKey(this.hashing, vkey);
    } catch (error) {
      throw this.fail(error instanceof AuditLogError ? error.message : 'the key is not a verifier key');
    }
    const publicKey = key.publicKey.join();
    if (this.#publicKeys[kind].has(publicKey)) throw this.fail(`a second ${kind} with the same key`);
    this.#publicKeys[kind].add(publicKey);
    return { key, ...(url === undefined ? {} : { url }) };
  }

  private fail(detail: string): AuditLogError {
    return new AuditLogError('invalid_policy', `Line ${this.#line} of the policy: ${detail}.`);
  }
}
