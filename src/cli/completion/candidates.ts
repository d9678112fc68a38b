import type { Argument, Command, Option } from 'commander';
import { PATTERNS } from '../../contracts/names';
import { RUN_STATUSES } from '../../contracts/run';

/** What can stand where the cursor is. `names` have to be looked up; `files` is the shell's own business. */
export type Candidates = { words: readonly string[] } | { names: 'runs' | 'models' | 'definitions' } | 'files';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

const NONE: Candidates = { words: [] };

/** By the name of an option, whatever the command. */
const OPTION_VALUES: Record<string, Candidates> = {
  pattern: { words: PATTERNS },
  outcome: { words: RUN_STATUSES },
  sort: { words: ['newest', 'cost'] },
  since: { words: ['today', 'yesterday', '1h', '7d'] },
  until: { words: ['today', 'now'] },
  overlap: { words: ['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'allow_all'] },
  model: { names: 'models' },
  definition: { names: 'definitions' },
  router: { names: 'runs' },
};

/** By the name of an argument. */
const ARGUMENT_VALUES: Record<string, Candidates> = {
  id: { names: 'runs' },
  pattern: { words: PATTERNS },
  file: 'files',
  shell: { words: SHELLS },
  name: { names: 'definitions' },
};

/** What can stand as the last of the words, which may be begun. The words are those after `cadenza`. */
export function candidatesFor(program: Command, words: readonly string[]): Candidates {
  const current = words.at(-1) ?? '';
  let command = program;
  let given = 0;
  let takes: Option | undefined;
  for (const word of words.slice(0, -1)) {
    if (takes) takes = undefined;
    else if (word.startsWith('-')) takes = valueOption(command, word);
    else {
      const inner = given === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (inner) command = inner;
      else given += 1;
    }
  }
  if (takes) return OPTION_VALUES[takes.attributeName()] ?? (/file/.test(takes.flags) ? 'files' : NONE);
  if (current.startsWith('-'))
    return { words: [...command.options.map(({ long }) => long ?? ''), '--help'].filter(Boolean) };
  const inner = command.commands.map((one) => one.name()).filter((name) => !HIDDEN.has(name));
  const argument = argumentAt(command, given);
  if (given === 0 && inner.length > 0 && !argument) return { words: inner };
  return argument ? (ARGUMENT_VALUES[argument.name()] ?? NONE) : NONE;
}

/** Called by the scripts, not by people. */
const HIDDEN: ReadonlySet<string> = new Set(['complete', 'help']);

function valueOption(command: Command, word: string): Option | undefined {
  if (word.includes('=')) return undefined;
  const option = command.options.find(({ long, short }) => long === word || short === word);
  return option?.required || option?.optional ? option : undefined;
}

function argumentAt(command: Command, given: number): Argument | undefined {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  return registeredArguments[given] ?? (last?.variadic ? last : undefined);
}
