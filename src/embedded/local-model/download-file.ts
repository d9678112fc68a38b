import { open } from 'node:fs/promises';

/** How far a long step is. `total` is missing where it can not be known. */
export type Progress = { what: string; done: number; total?: number };

export type DownloadOptions = {
  url: string;
  target: string;
  /** More than this is refused, whatever the server announced. */
  maxBytes: number;
  onBytes?: (done: number) => void;
  /** Longest wait for the first answer, and then for each further piece. */
  connectMs?: number;
  stallMs?: number;
};

/**
 * Downloads one file over HTTP. Throws a plain sentence as an Error where the host can not be reached in time, answers
 * with an error, stalls or sends too much; what was written until then stays in `target`, which the caller owns.
 */
export async function downloadFile(options: DownloadOptions): Promise<void> {
  const { url, target, maxBytes, onBytes = () => undefined, connectMs = 10_000, stallMs = 30_000 } = options;
  const host = new URL(url).host;
  const watchdog = new AbortController();
  let timer = setTimeout(() => watchdog.abort(), connectMs);
  const file = await open(target, 'w');
  try {
    const response = await fetch(url, { signal: watchdog.signal });
    if (!response.ok || !response.body) throw new Error(`${host} answered with status ${response.status}`);
    let done = 0;
    for await (const piece of response.body) {
      clearTimeout(timer);
      timer = setTimeout(() => watchdog.abort(), stallMs);
      done += piece.byteLength;
      if (done > maxBytes) throw new Error(`${host} sent more than the ${maxBytes} bytes that were expected`);
      await file.writeFile(piece);
      onBytes(done);
    }
    await file.sync();
  } catch (error) {
    throw watchdog.signal.aborted
      ? new Error(`${host} did not answer in time`, { cause: error })
      : reachable(host, error);
  } finally {
    clearTimeout(timer);
    watchdog.abort();
    await file.close();
  }
}

function reachable(host: string, error: unknown): Error {
  const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
  if (code !== undefined) return new Error(`${host} can not be reached (${code})`, { cause: error });
  return error as Error;
}
