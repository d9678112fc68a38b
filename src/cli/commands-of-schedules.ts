import type { Command } from 'commander';
import type { ScheduleCommandOptions } from './commands/schedules';
import type { Action } from './program';
import type { Terminal } from './terminal';

const JSON_HELP = 'print one JSON document on stdout and nothing else there';

/**
 * Commands about what runs by the clock. Options may stand before or after the word of the subcommand, which commander
 * gives to the outer command.
 */
export function addScheduleCommands(program: Command, terminal: Terminal, action: Action): void {
  const load = () => import('./commands/schedules.js');
  const schedules = program
    .command('schedules')
    .description('what is scheduled (`run --schedule`), when it runs next, and how it ended last')
    .option('--json', JSON_HELP)
    .action((options: ScheduleCommandOptions) => action(async () => (await load()).listSchedules(terminal, options)));
  const add = (
    name: string,
    description: string,
    run: (commands: Awaited<ReturnType<typeof load>>, id: string, options: ScheduleCommandOptions) => Promise<number>,
  ) =>
    schedules
      .command(name)
      .description(description)
      .argument('<id>')
      .option('--json', JSON_HELP)
      .action((id: string, _: ScheduleCommandOptions, command: Command) =>
        action(async () => run(await load(), id, command.optsWithGlobals())),
      );
  add('pause', 'start nothing new; a run that goes on is left alone', (commands, id, options) =>
    commands.pauseSchedule(terminal, id, options),
  ).option('--note <text>', 'why');
  add('resume', 'start runs by the clock again', (commands, id, options) =>
    commands.resumeSchedule(terminal, id, options),
  );
  add('trigger', 'start a run now', (commands, id, options) => commands.triggerSchedule(terminal, id, options));
  add('delete', 'forget the schedule; its runs stay', (commands, id, options) =>
    commands.deleteSchedule(terminal, id, options),
  );
}
