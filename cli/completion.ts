import type { Command } from 'commander';

const BASH = `_tickertape() {
  local IFS=$'\\n'
  COMPREPLY=($(tickertape __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _tickertape tickertape`;

const ZSH = `#compdef tickertape
_tickertape() {
  local -a found
  found=("\${(@f)$(tickertape __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $found
}
compdef _tickertape tickertape`;

const FISH = `complete -c tickertape -f -a '(tickertape __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'`;

/** The scripts by which shells ask for completions. */
export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** Names that a command's arguments stand for, as the tree of commands calls them. */
export type NamesOf = (kind: 'consumer') => Promise<readonly string[]>;

/** What may stand in the place of the last word: subcommands, options, and the names of consumers where one is asked for. */
export async function candidates(program: Command, words: readonly string[], namesOf: NamesOf): Promise<string[]> {
  const last = words.at(-1) ?? '';
  let command = program;
  let given = 0;
  for (const word of words.slice(0, -1)) {
    const next = command.commands.find((one) => one.name() === word);
    if (next) [command, given] = [next, 0];
    else if (!word.startsWith('-')) given += 1;
  }
  const optionsOf = (one: Command): string[] => one.options.map(({ long }) => long ?? '').filter((name) => name !== '');
  if (last.startsWith('-')) return [...new Set([...optionsOf(command), ...optionsOf(program)])].filter((name) => name.startsWith(last)).sort();
  const names = command.commands.map((one) => one.name()).filter((name) => !name.startsWith('_'));
  const previous = words.at(-2) ?? '';
  const isConsumer = previous === '--consumer' || previous === '--only' || command.registeredArguments[given]?.name() === 'consumer';
  const found = isConsumer ? await namesOf('consumer') : names;
  return found.filter((name) => name.startsWith(last)).sort();
}
