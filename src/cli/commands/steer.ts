import { userInfo } from 'node:os';
import type { RunHandle } from '../../client';
import { CadenzaError } from '../../contracts/failures';
import type { JsonValue } from '../../contracts/json';
import { EXIT } from '../../contracts/run';
import { shellWord } from '../../core/shell-word';
import { cleanLine } from '../render/clean-text';
import { COMMAND } from '../command-name';
import type { Session } from '../session';
import { approveCommand, waitingApprovals } from '../show-run';
import type { Terminal } from '../terminal';
import { usdOf } from '../with-budget';
import { withRun } from '../with-run';

export type SteerOptions = { json?: boolean };
export type ApproveOptions = SteerOptions & { reject?: boolean; by?: string; reason?: string; budget?: string };

/** `cadenza pause <id>`: nothing new starts, what runs goes on to its end. */
export function pause(terminal: Terminal, id: string, options: SteerOptions): Promise<number> {
  const said = `Paused: nothing new starts, what runs goes on to its end. \`${COMMAND} resume ${shellWord(id)}\` goes on.`;
  return steer(terminal, id, options, (handle) => handle.pause(), said);
}

/** `cadenza resume <id>` */
export function resume(terminal: Terminal, id: string, options: SteerOptions): Promise<number> {
  return steer(terminal, id, options, (handle) => handle.resume(), `Resumed: ${followed(id)}`);
}

/** `cadenza approve <id> [step]`: decides a step that waits for approval, or with `--budget` a budget that asks. */
export async function approve(
  terminal: Terminal,
  id: string,
  step: string | undefined,
  options: ApproveOptions,
): Promise<number> {
  const { reject = false, by = userName(), reason, json = false, budget } = options;
  if (step !== undefined && budget !== undefined)
    throw new CadenzaError('InvalidInput', '--budget is about the run: leave out the step', { field: 'step' });
  if (step === undefined && budget === undefined && !reject) return withRun(terminal, id, 'any', tellWhatWaits);
  const about = step === undefined ? { budget: budget === undefined ? {} : { usd: usdOf(budget) } } : { step };
  const decision = { ...about, approved: !reject, by, ...(reason === undefined ? {} : { reason }) };
  const what = step === undefined ? 'the budget' : cleanLine(step);
  const said = `${reject ? 'Rejected' : 'Approved'} ${what} as ${cleanLine(by)}: ${followed(id)}`;
  return steer(terminal, id, { json }, (handle) => handle.approve(decision), said);
}

/** @throws CadenzaError `InvalidInput` naming the steps that wait, or what a budget that asks takes */
async function tellWhatWaits(_session: Session, handle: RunHandle): Promise<never> {
  const waiting = waitingApprovals(await handle.progress());
  const commands = waiting.map(({ name }) => `\`${approveCommand(handle.workflowId, name)}\``);
  const message =
    waiting.length > 0
      ? `say which step: ${commands.join(' or ')}`
      : 'no step waits for approval; where a budget asks for more, say its new cap with --budget USD';
  throw new CadenzaError('InvalidInput', message, { field: 'step' });
}

/** `cadenza retry <id> <step>`: runs a failed step of a run that goes on again. */
export function retry(terminal: Terminal, id: string, step: string, options: SteerOptions): Promise<number> {
  const said = `${cleanLine(step)} runs again, and what was skipped for it: ${followed(id)}`;
  const send = (handle: RunHandle) =>
    handle.retry(step).catch(async (error: unknown) => {
      const status = await handle.status();
      const hasEnded = status !== 'running' && status !== 'paused';
      if (!hasEnded || handle.pattern !== 'pipeline' || !(error instanceof CadenzaError)) throw error;
      const command = `${COMMAND} rerun ${shellWord(id)} --from ${shellWord(step)}`;
      const message = `${error.message}; \`${command}\` starts a new run that keeps what does not depend on that step`;
      throw new CadenzaError(error.type, message, { field: error.field });
    });
  return steer(terminal, id, options, send, said);
}

/** Sends one message to a run, and says that it was taken; with `json` where the run stands then. */
function steer(
  terminal: Terminal,
  id: string,
  { json = false }: SteerOptions,
  send: (handle: RunHandle) => Promise<void>,
  said: string,
): Promise<number> {
  return withRun(terminal, id, 'any', async (_session, handle) => {
    await send(handle);
    terminal.say(said);
    if (!json) return EXIT.ok;
    const envelope = await handle.envelope();
    const progress = await handle.progress().catch(() => undefined);
    terminal.printJson({ ...envelope, ...(progress && { progress: progress as unknown as JsonValue }) });
    return EXIT.ok;
  });
}

function followed(id: string): string {
  return `\`${COMMAND} watch ${shellWord(id)}\` follows the run.`;
}

/** @throws CadenzaError `InvalidInput` where the operating system has no name for the user, as in some containers */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    throw new CadenzaError('InvalidInput', 'who decides is not known here: say it with --by NAME', { field: 'by' });
  }
}
