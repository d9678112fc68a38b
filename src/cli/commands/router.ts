import type { DeadLetter, DeadLetterChoice, RouterHandle } from '../../client';
import type { DeadLetterReason } from '../../contracts/event-messages';
import { CadenzaError } from '../../contracts/failures';
import { EXIT } from '../../contracts/run';
import { shellWord } from '../../core/shell-word';
import { readInputFile } from '../input-file';
import { cleanLine } from '../render/clean-text';
import { wrapped } from '../render/layout';
import { COMMAND } from '../command-name';
import type { Terminal } from '../terminal';
import { withRun } from '../with-run';

export type RouterOptions = { json?: boolean };
export type LetterOptions = RouterOptions & { all?: boolean };

/** `cadenza router dead-letters <id>`: the events that nobody took, or that failed for good. */
export function deadLetters(terminal: Terminal, id: string, { json = false }: RouterOptions): Promise<number> {
  return withRouter(terminal, id, async (router, goesOn) => {
    const letters = await router.deadLetters();
    if (json) {
      terminal.printJson({ deadLetters: letters });
      return;
    }
    terminal.print(letters.flatMap((letter) => letterLines(terminal, letter)));
    if (letters.length === 0) terminal.say('There are no dead letters.');
    else if (!goesOn) terminal.say('The router has ended: they can be read and not handled again.');
    else
      terminal.say(
        `  Again   ${COMMAND} router retry ${shellWord(id)} --all\n  Forget  ${COMMAND} router drop ${shellWord(id)} --all`,
      );
  });
}

/** `cadenza router retry <id> [letter…|--all]`: lets dead letters be handled again. */
export function retryLetters(terminal: Terminal, id: string, ids: string[], options: LetterOptions): Promise<number> {
  const choice = choiceOf(ids, options);
  return withRouter(terminal, id, async (router) => {
    const count = await router.retryDeadLetters(choice);
    if (options.json) terminal.printJson({ retried: count });
    else terminal.say(`${count} ${count === 1 ? 'event is' : 'events are'} handled again.`);
  });
}

/** `cadenza router drop <id> [letter…|--all]`: forgets dead letters. */
export function dropLetters(terminal: Terminal, id: string, ids: string[], options: LetterOptions): Promise<number> {
  const choice = choiceOf(ids, options);
  return withRouter(terminal, id, async (router) => {
    const count = await router.dropDeadLetters(choice);
    if (options.json) terminal.printJson({ dropped: count });
    else terminal.say(`${count} ${count === 1 ? 'event is' : 'events are'} forgotten.`);
  });
}

/** `cadenza router subscribe <id> -i FILE`: adds a subscription. */
export async function subscribe(
  terminal: Terminal,
  id: string,
  { input, json = false }: RouterOptions & { input: string },
): Promise<number> {
  const given = await readInputFile(input);
  return withRouter(terminal, id, async (router) => {
    const name = await router.subscribe(given as never);
    if (json) terminal.printJson({ name });
    else terminal.say(`Subscribed as "${cleanLine(name)}".`);
  });
}

/** `cadenza router unsubscribe <id> <name>`: takes a subscription away. */
export function unsubscribe(terminal: Terminal, id: string, name: string, { json }: RouterOptions): Promise<number> {
  return withRouter(terminal, id, async (router) => {
    await router.unsubscribe(name);
    if (json) terminal.printJson({ name });
    else terminal.say(`"${cleanLine(name)}" is taken away; what it runs goes on to its end.`);
  });
}

function withRouter(
  terminal: Terminal,
  id: string,
  work: (router: RouterHandle, goesOn: boolean) => Promise<void>,
): Promise<number> {
  return withRun(terminal, id, 'any', async ({ cadenza }, { pattern, workflowId, status }) => {
    if (pattern !== 'eventRouter') {
      throw new CadenzaError('InvalidInput', `the run "${cleanLine(id)}" is a ${pattern}, and not an eventRouter`, {
        field: 'id',
      });
    }
    const now = await status();
    await work(cadenza.router(workflowId), now === 'running' || now === 'paused');
    return EXIT.ok;
  });
}

function choiceOf(ids: string[], { all = false }: LetterOptions): DeadLetterChoice {
  if (all === ids.length > 0) {
    throw new CadenzaError('InvalidInput', 'name the dead letters, or say --all', { field: 'letters' });
  }
  return all ? { all: true } : { ids };
}

function letterLines({ columns, resultPaint: paint }: Terminal, letter: DeadLetter): string[] {
  const { id, reason, event, subscription, error, at } = letter;
  const why = error === undefined ? '' : `: ${error.type}: ${cleanLine(error.message)}`;
  return [
    `${paint.bold(id)}  ${cleanLine(event.type)}  ${paint.dim(at.slice(0, 19).replace('T', ' '))}`,
    // An id is what people copy: it stands whole, however long.
    `  event ${cleanLine(event.id)} from ${cleanLine(event.source)}`,
    ...wrapped(`${reasonOf(reason, subscription)}${why}`, columns, 2),
  ];
}

function reasonOf(reason: DeadLetterReason, subscription: string | undefined): string {
  const name = subscription === undefined ? undefined : `"${cleanLine(subscription)}"`;
  switch (reason) {
    case 'failed':
      return `failed${name === undefined ? '' : ` for ${name}`}`;
    case 'unhandled':
      return name === undefined ? 'no subscription is for its type' : `${name} was taken away before its turn`;
    case 'hops':
      return 'too many hops';
    case 'refused':
      return 'refused';
  }
}
