export {
  counted,
  shownBytes,
  shownCount,
  shownMoney,
  shownPercent,
  shownSeconds,
  shownUsage,
} from '../../core/shown-numbers';

/** How long ago: `just now`, `5 min ago`, `3 h ago`, `2 d ago`. */
export function shownAge(startedAt: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(startedAt)) / 60_000);
  if (!(minutes >= 1)) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
}
