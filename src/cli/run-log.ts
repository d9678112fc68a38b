import type { Cadenza, RunStatus } from '../client';
import { cleanLine } from './render/clean-text';
import { shownMoney } from './render/numbers';
import { runMark } from './render/paint';
import type { Terminal } from './terminal';

/** Tells of runs as they start and end. */
export type RunLog = {
  /** Asks the server once. @throws where it does not answer */
  look(): Promise<void>;
  /** Says something, but not twice in a row. */
  tell(sentence: string): void;
  close(): Promise<void>;
};

const LOOKED_AT = 50;

/** A log that says nothing of runs that had ended before its first look. */
export function createRunLog(terminal: Terminal, connect: () => Promise<Cadenza>): RunLog {
  let cadenza: Cadenza | undefined;
  let known: Map<string, RunStatus> | undefined;
  let last = '';

  return {
    async look() {
      cadenza ??= await connect();
      const { runs } = await cadenza.list({ limit: LOOKED_AT });
      const before = known;
      known = new Map(runs.map(({ workflowId, status }) => [workflowId, status]));
      for (const { workflowId, status, costUsd } of runs.reverse()) {
        const was = before ? before.get(workflowId) : status === 'running' ? undefined : status;
        if (was === status) continue;
        const what = status === 'running' ? 'in progress' : `${status.replace('_', ' ')}, ${shownMoney(costUsd)}`;
        terminal.show([`${runMark(status, terminal.paint)} ${cleanLine(workflowId)}  ${what}`]);
      }
      last = '';
    },
    tell(sentence) {
      if (sentence !== last) terminal.say(sentence);
      last = sentence;
    },
    async close() {
      await cadenza?.close();
    },
  };
}
