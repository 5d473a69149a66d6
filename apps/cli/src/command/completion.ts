import { WEEKDAYS } from '@countersign/contract';
import { type Argument, type Command, Help, type Option } from 'commander';
import { CHOICES, type Listed } from './choices.js';
import type { Answer, Context } from './context.js';
import { usageError } from './errors.js';

/** What may stand in one place of a command line. */
interface Values {
  words?: readonly string[];
  listed?: readonly Listed[];
  /** The name of a file. */
  isFile?: true;
}

/** Everything that may follow a path of verbs, such as `keys list`. */
interface Verb {
  path: string;
  verbs: readonly string[];
  flags: readonly string[];
  /** Flags after which a value follows. */
  takeValue: readonly string[];
  /** By flag, or by the place of an argument, counted from 0. */
  values: ReadonlyMap<string, Values>;
}

/**
 * A shell script that completes verbs, flags and values. It is made from the program itself, so that it misses none. The
 * script calls `completion SHELL --values LIST` for what it cannot contain: ids, and names in the organisation.
 */
export async function printCompletion(
  context: Context,
  program: Command,
  shell: string,
  { values }: { values?: Listed },
): Promise<Answer> {
  if (values !== undefined)
    return (await import('./listed-values.js')).printListedValues(context, values, shell === 'fish');
  const make = SHELLS[shell];
  if (make === undefined) throw usageError(`there is no script for ${shell}`);
  const text = make(verbsOf(program));
  return { document: { shell, script: text }, text };
}

/** @param siblings the verbs beside this one: `help` takes them as its argument */
function verbsOf(program: Command, path: readonly string[] = [], siblings: readonly string[] = []): Verb[] {
  const help = new Help();
  const visible = program.commands.length === 0 ? [] : help.visibleCommands(program);
  const options = help.visibleOptions(program);
  const verbs = visible.map((verb) => verb.name());
  const own = {
    path: path.join(' '),
    verbs,
    flags: options.flatMap(({ long }) => long ?? []),
    takeValue: options
      .filter(({ required, optional }) => required || optional)
      .flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)),
    values: new Map<string, Values>([
      ...options.flatMap((option) =>
        option.long === undefined ? [] : [[option.long, ofOption(option)] as const],
      ),
      ...program.registeredArguments.map((argument, place) => [String(place), ofArgument(argument)] as const),
      // The help of a verb: `countersign help VERB`.
      ...(path.join(' ') === 'help' ? [['0', { words: siblings }] as const] : []),
    ]),
  };
  return [own, ...visible.flatMap((verb) => verbsOf(verb, [...path, verb.name()], verbs))];
}

const FILES: ReadonlySet<string> = new Set(['file', 'folder', 'place', 'socket']);

/** By the name of the flag. */
const OPTION_VALUES: Readonly<Record<string, Values>> = {
  '--every': { words: [...WEEKDAYS, 'day'] },
  '--grant': { listed: ['grants'] },
  '--organisation': { words: ['vendor'], listed: ['tenants'] },
  '--preset': { words: ['read-only', 'half-time'] },
  '--request': { listed: ['requests'] },
  '--service': { listed: ['services'] },
  '--socket': { isFile: true },
  '--tenant': { listed: ['tenants'] },
  '--zone': { listed: ['zones'] },
};

/** By the name of the argument. */
const ARGUMENT_VALUES: Readonly<Record<string, Values>> = {
  method: { words: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] },
  service: { listed: ['services'] },
  side: { words: ['vendor'], listed: ['tenants'] },
  tenant: { listed: ['tenants'] },
};

/** The list that has the ids with this prefix. In place of each such id, `@last` is allowed. */
const ID_LISTS = { grt_: 'grants', inv_: 'invitations', lck_: 'locks', req_: 'requests' } as const;

function ofOption({ long, flags, argChoices, description }: Option): Values {
  if (argChoices !== undefined) return { words: argChoices };
  const [, placeholder = ''] = /<(\w+)/.exec(flags) ?? [];
  if (FILES.has(placeholder)) return { isFile: true };
  return OPTION_VALUES[long ?? ''] ?? (description.includes('@last') ? ofId(description) : {});
}

function ofArgument(argument: Argument): Values {
  const { argChoices, description } = argument;
  const name = argument.name();
  if (argChoices !== undefined) return { words: argChoices };
  return FILES.has(name) ? { isFile: true } : (ARGUMENT_VALUES[name] ?? ofId(description));
}

function ofId(description: string): Values {
  const listed = Object.entries(ID_LISTS).flatMap(([prefix, list]) =>
    description.includes(prefix) ? [list] : [],
  );
  return listed.length === 0 ? {} : { words: ['@last'], listed };
}

/** For bash and fish. Verbs, flags and fixed values have no character that is special between single quotes. */
const quoteAll = (texts: readonly string[]): string => texts.map((text) => `'${text}'`).join(' ');

/** The places that have values: the path and the flag or the number of the argument. */
const placesOf = (verbs: readonly Verb[]): [key: string, values: Values][] =>
  verbs.flatMap(({ path, values }) =>
    [...values]
      .filter(([, { words, listed, isFile }]) => words ?? listed ?? isFile)
      .map(([place, each]): [string, Values] => [`${path} ${place}`, each]),
  );

const flagsWithValue = (verbs: readonly Verb[]): string[] =>
  verbs.flatMap(({ path, takeValue }) => takeValue.map((flag) => `${path} ${flag}`));

const pathsOf = (verbs: readonly Verb[]): string[] =>
  verbs.map(({ path }) => path).filter((path) => path !== '');

const pattern = (keys: readonly string[]): string => keys.map((key) => `'${key}'`).join('|');

/**
 * First it puts the words together again: bash splits them at each of COMP_WORDBREAKS, such as `=` and `@`. Then it finds the verb,
 * and whether the word is the value of a flag or which argument it is.
 */
const bash = (verbs: readonly Verb[]): string => `# countersign completion bash
_countersign() {
  local verbs='' before='' place=0 key='' next='' flags='' values='' lists='' file='' prefix='' kept='' breaks=''
  local rest="$COMP_LINE" trimmed='' word='' current='' list=''
  local -a typed
  typed=()
  for word in "\${COMP_WORDS[@]:0:$((COMP_CWORD + 1))}"; do
    trimmed="\${rest#"\${rest%%[![:space:]]*}"}"
    if [ "\${#typed[@]}" -gt 0 ] && [ "$trimmed" = "$rest" ]; then
      typed[$((\${#typed[@]} - 1))]+="$word"
    else
      typed+=("$word")
    fi
    rest="\${trimmed#"$word"}"
  done
  current="\${typed[$((\${#typed[@]} - 1))]}"
  COMPREPLY=()
  for word in "\${typed[@]:1:$((\${#typed[@]} - 2))}"; do
    if [ -n "$before" ]; then
      before=''
      continue
    fi
    case $word in
      --) return ;;
      -*=*) continue ;;
      -*)
        case "$verbs $word" in
          ${pattern(flagsWithValue(verbs))}) before="$word" ;;
        esac
        continue ;;
    esac
    if [ "$place" = 0 ]; then
      case "\${verbs:+$verbs }$word" in
        ${pattern(pathsOf(verbs))})
          verbs="\${verbs:+$verbs }$word"
          continue ;;
      esac
    fi
    place=$((place + 1))
  done
  case $verbs in
${verbs
  .map(
    ({ path, verbs: next, flags }) => `    '${path}') next='${next.join(' ')}' flags='${flags.join(' ')}' ;;`,
  )
  .join('\n')}
  esac
  if [ -n "$before" ]; then
    key="$verbs $before"
    next=''
  else
    case $current in
      -*=*)
        prefix="\${current%%=*}="
        key="$verbs \${current%%=*}"
        next='' ;;
      -*) next="$flags" ;;
      *) key="$verbs $place" ;;
    esac
    [ "$place" = 0 ] || [ "$next" = "$flags" ] || next=''
  fi
  case $key in
${placesOf(verbs)
  .map(([key, { words = [], listed = [], isFile }]) =>
    isFile
      ? `    '${key}') file=1 ;;`
      : `    '${key}') values='${words.join(' ')}' lists='${listed.join(' ')}' ;;`,
  )
  .join('\n')}
  esac
  for list in ${CHOICES.listed.join(' ')}; do
    case " $lists " in
      *" $list "*) values="$values $("\${typed[0]}" completion bash --values "$list" 2>/dev/null)" ;;
    esac
  done
  values="$next $values"
  if [ -z "\${values// /}" ] && [ -z "$current$before$file" ]; then values="$flags"; fi
  COMPREPLY=($(compgen -P "$prefix" -W "$values" -- "\${current#"$prefix"}"))
  breaks="\${COMP_WORDBREAKS//[^=:@]/}"
  if [ -n "\${BASH_VERSION:-}" ] && [ -n "$breaks" ]; then
    kept="\${current%"\${current##*[$breaks]}"}"
    COMPREPLY=("\${COMPREPLY[@]#"$kept"}")
  fi
}
complete -o default -F _countersign countersign`;

/** zsh runs bash's script (zshcompsys, "Use of compctl and bash completions"). */
const zsh = (verbs: readonly Verb[]): string => `#compdef countersign
autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${bash(verbs)}`;

/** The same in fish, which also shows what an id stands for. */
const fish = (verbs: readonly Verb[]): string => `# countersign completion fish
function __countersign_values
  set -l typed (commandline -opc)
  set -l current (commandline -ct)
  set -l command $typed[1]
  set -e typed[1]
  set -l verbs ''
  set -l before ''
  set -l place 0
  for word in $typed
    if test -n "$before"
      set before ''
      continue
    end
    switch $word
      case --
        return
      case '-*=*'
        continue
      case '-*'
        switch "$verbs $word"
          case ${quoteAll(flagsWithValue(verbs))}
            set before $word
        end
        continue
    end
    if test $place -eq 0
      switch (string trim -- "$verbs $word")
        case ${quoteAll(pathsOf(verbs))}
          set verbs (string trim -- "$verbs $word")
          continue
      end
    end
    set place (math $place + 1)
  end
  set -l next
  set -l flags
  switch "$verbs"
${verbs
  .map(
    ({ path, verbs: next, flags }) =>
      `    case '${path}'\n      set next ${quoteAll(next)}\n      set flags ${quoteAll(flags)}`,
  )
  .join('\n')}
  end
  set -l key "$verbs $place"
  set -l prefix ''
  if test -n "$before"
    set key "$verbs $before"
  else
    switch $current
      case '-*=*'
        set -l flag (string split -m 1 = -- $current)[1]
        set prefix "$flag="
        set key "$verbs $flag"
      case '-*'
        test -n "$flags"; and printf '%s\\n' $flags
        return
      case '*'
        test $place -eq 0; and test -n "$next"; and printf '%s\\n' $next
    end
  end
  switch "$key"
${placesOf(verbs)
  .map(([key, { words = [], listed = [], isFile }]) =>
    [
      `    case '${key}'`,
      ...(isFile ? ['      __fish_complete_path (string replace -- "$prefix" "" $current)'] : []),
      ...(words.length === 0 ? [] : [`      printf "$prefix%s\\n" ${quoteAll(words)}`]),
      ...listed.map(
        (list) =>
          `      string replace -r '^' -- "$prefix" ($command completion fish --values ${list} 2>/dev/null)`,
      ),
    ].join('\n'),
  )
  .join('\n')}
  end
end
complete -c countersign -f -a '(__countersign_values)'`;

const SHELLS: Readonly<Record<string, (verbs: readonly Verb[]) => string>> = { bash, zsh, fish };
