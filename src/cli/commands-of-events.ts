import type { Command } from 'commander';
import type { EmitOptions } from './commands/emit';
import type { ListenOptions } from './commands/listen';
import type { LetterOptions, RouterOptions } from './commands/router';
import type { Action } from './program';
import type { Terminal } from './terminal';

const JSON_HELP = 'print one JSON document on stdout and nothing else there';

/** Commands about events and the routers that take them. */
export function addEventCommands(program: Command, terminal: Terminal, action: Action): void {
  program
    .command('emit')
    .description('bring an event to a router')
    .argument('<type>', 'dotted segments, as in document.uploaded')
    .option('--router <id>', 'the router (default: the only one that goes on)')
    .option('-d, --data <json>', 'its data as JSON or YAML')
    .option('-i, --input <file>', 'its data as a file of JSON or YAML; - is standard input')
    .option('--document <file>', 'store a document, and put its reference into the data as `document`')
    .option('--id <id>', 'an event with the id and source of an earlier one is handled once (default: a new one)')
    .option('--source <text>', 'where it comes from', 'cadenza/emit')
    .option('--subject <text>', 'what it is about')
    .option('--tenant <name>', 'whose content the router reads, for --document')
    .option('--json', JSON_HELP)
    .action((type: string, options: EmitOptions) =>
      action(async () => (await import('./commands/emit.js')).emit(terminal, type, options)),
    );
  program
    .command('listen')
    .description('take events by HTTP for a router, until Ctrl-C')
    .requiredOption('--router <id>', 'id of the run of eventRouter that gets them')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', '7234')
    .option('--tenant <name>', 'the tenant label of the router, under which documents are stored')
    .action((options: ListenOptions) =>
      action(async () => (await import('./commands/listen.js')).listen(terminal, options)),
    );
  addRouter(program, terminal, action);
}

function addRouter(program: Command, terminal: Terminal, action: Action): void {
  const router = program.command('router').description('subscriptions and dead letters of a router');
  router
    .command('dead-letters')
    .description('the events that nobody took, or that failed for good')
    .argument('<id>')
    .option('--json', JSON_HELP)
    .action((id: string, options: RouterOptions) =>
      action(async () => (await import('./commands/router.js')).deadLetters(terminal, id, options)),
    );
  router
    .command('retry')
    .description('let dead letters be handled again')
    .argument('<id>')
    .argument('[letter...]')
    .option('--all', 'all of them')
    .option('--json', JSON_HELP)
    .action((id: string, letters: string[], options: LetterOptions) =>
      action(async () => (await import('./commands/router.js')).retryLetters(terminal, id, letters, options)),
    );
  router
    .command('drop')
    .description('forget dead letters')
    .argument('<id>')
    .argument('[letter...]')
    .option('--all', 'all of them')
    .option('--json', JSON_HELP)
    .action((id: string, letters: string[], options: LetterOptions) =>
      action(async () => (await import('./commands/router.js')).dropLetters(terminal, id, letters, options)),
    );
  router
    .command('subscribe')
    .description('add a subscription while the router goes on')
    .argument('<id>')
    .requiredOption('-i, --input <file>', 'the subscription as JSON or YAML; - is standard input')
    .option('--json', JSON_HELP)
    .action((id: string, options: RouterOptions & { input: string }) =>
      action(async () => (await import('./commands/router.js')).subscribe(terminal, id, options)),
    );
  router
    .command('unsubscribe')
    .description('take a subscription away')
    .argument('<id>')
    .argument('<name>')
    .option('--json', JSON_HELP)
    .action((id: string, name: string, options: RouterOptions) =>
      action(async () => (await import('./commands/router.js')).unsubscribe(terminal, id, name, options)),
    );
}
