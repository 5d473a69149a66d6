import { type Command, Help } from 'commander';
import type { Answer, Context } from './context.js';
import { usageError } from './errors.js';

/** Words that may follow a verb: its sub-verbs and its flags. The key is the path of verbs, such as `keys list`. */
type Words = ReadonlyMap<string, readonly string[]>;

/** A shell script that completes verbs and flags. It is made from the program itself, so that it misses none. */
export function printCompletion(_context: Context, program: Command, shell: string): Promise<Answer> {
  const make = SHELLS[shell];
  if (make === undefined)
    throw usageError(`completion takes ${Object.keys(SHELLS).join(', ')}; got ${JSON.stringify(shell)}`);
  const text = make(wordsOf(program));
  return Promise.resolve({ document: { shell, script: text }, text });
}

function wordsOf(program: Command, path: readonly string[] = []): Words {
  const visible = program.commands.length === 0 ? [] : new Help().visibleCommands(program);
  const verbs = visible.map((verb) => verb.name());
  const flags = program.options.flatMap(({ long }) => long ?? []);
  const own: [string, string[]] = [path.join(' '), [...verbs, ...flags, '--help']];
  return new Map([own, ...visible.flatMap((verb) => [...wordsOf(verb, [...path, verb.name()])])]);
}

/** Names of verbs and flags are letters and hyphens, so that no quoting is needed. */
const cases = (words: Words): string =>
  [...words].map(([path, next]) => `    '${path}') next='${next.join(' ')}' ;;`).join('\n');

const bash = (words: Words): string => `# countersign completion bash
_countersign() {
  local verbs='' word next=''
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case $word in -*) continue ;; esac
    case "\${verbs:+$verbs }$word" in
${paths(words)}
    esac
  done
  case $verbs in
${cases(words)}
  esac
  COMPREPLY=($(compgen -W "$next" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _countersign countersign`;

/** zsh runs bash's script (zshcompsys, "Use of compctl and bash completions"). */
const zsh = (words: Words): string => `#compdef countersign
autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${bash(words)}`;

const paths = (words: Words): string =>
  `      ${[...words.keys()]
    .filter((path) => path !== '')
    .map((path) => `'${path}'`)
    .join('|')}) verbs="\${verbs:+$verbs }$word" ;;`;

const fish = (words: Words): string =>
  [
    '# countersign completion fish',
    'complete -c countersign -f',
    ...[...words].flatMap(([path, next]) => {
      const verbs = path === '' ? [] : path.split(' ');
      const condition =
        verbs.length === 0
          ? '__fish_use_subcommand'
          : verbs.map((verb) => `__fish_seen_subcommand_from ${verb}`).join('; and ');
      return next.map((word) =>
        word.startsWith('--')
          ? `complete -c countersign -n '${condition}' -l ${word.slice(2)}`
          : `complete -c countersign -n '${condition}' -a ${word}`,
      );
    }),
  ].join('\n');

const SHELLS: Readonly<Record<string, (words: Words) => string>> = { bash, zsh, fish };
