import { wrapped } from './render/layout';
import { counted, shownCount } from './render/numbers';
import type { Terminal } from './terminal';

/** Counts what an events endpoint answers, and shows it: live where the terminal can, else once at the end. */
export type EventTally = {
  count(answer: { status: number; events: number }): void;
  start(): void;
  end(): void;
};

const REDRAW_MS = 200;

/** Nothing of an event is shown, only how many there were, and the status of the last refusal. */
export function createEventTally(terminal: Terminal): EventTally {
  let accepted = 0;
  let refused = 0;
  let lastRefusal: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const sentence = () => {
    const why = lastRefusal === undefined ? '' : ` (the last with ${lastRefusal})`;
    return `${counted(accepted, 'event')} accepted, ${shownCount(refused)} ${refused === 1 ? 'request' : 'requests'} refused${why}`;
  };
  return {
    count({ status, events }) {
      accepted += events;
      if (status < 400) return;
      refused += 1;
      lastRefusal = status;
    },
    start() {
      if (!terminal.isLive) return;
      const { paint } = terminal;
      const draw = () => terminal.draw(wrapped(sentence(), terminal.columns, 2, `${paint.cyan('●')} `));
      draw();
      timer = setInterval(draw, REDRAW_MS);
    },
    end() {
      clearInterval(timer);
      terminal.draw([]);
      terminal.say(`${sentence()}.`);
    },
  };
}
