import { heartbeat } from '@temporalio/activity';
import { HEARTBEAT } from '../contracts/limits';

let inFlight = 0;

/**
 * Heartbeats from now until the returned function is called, on a timer that slows down with the load. The start of an
 * activity counts as one for the server, so a short call sends none.
 * Cancellation reaches an activity only with its heartbeats.
 */
export function startHeartbeat(): () => void {
  inFlight += 1;
  let timer: NodeJS.Timeout;
  const schedule = () => {
    timer = setTimeout(
      () => {
        heartbeat();
        schedule();
      },
      inFlight > HEARTBEAT.busyAbove ? HEARTBEAT.busyIntervalMs : HEARTBEAT.intervalMs,
    );
  };
  schedule();
  return () => {
    inFlight -= 1;
    clearTimeout(timer);
  };
}
