import { heartbeat } from '@temporalio/activity';
import { HEARTBEAT } from '../contracts/limits';

let inFlight = 0;

/**
 * Heartbeats from now until the returned function is called: at once, then on a timer that slows down with the load.
 * Cancellation reaches an activity only with its heartbeats.
 */
export function startHeartbeat(): () => void {
  inFlight += 1;
  let timer: NodeJS.Timeout;
  const beat = () => {
    heartbeat();
    timer = setTimeout(beat, inFlight > HEARTBEAT.busyAbove ? HEARTBEAT.busyIntervalMs : HEARTBEAT.intervalMs);
  };
  beat();
  return () => {
    inFlight -= 1;
    clearTimeout(timer);
  };
}
