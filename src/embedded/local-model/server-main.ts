import type { AddressInfo } from 'node:net';
import type { ServerLine } from './local-model-endpoint';
import { localModelPaths } from './local-model-paths';
import { createModelServer } from './model-server';
import { loadTextEngine } from './text-engine';

/**
 * The child process of `localModelEndpoint`: loads the model, listens on a free port of 127.0.0.1, says so in one line,
 * and ends when its standard input does, which is when its parent is gone.
 */
async function main(cacheDir: string): Promise<void> {
  process.stdin
    .resume()
    .once('end', () => process.exit(0))
    .once('error', () => process.exit(0));
  // Ctrl-C reaches the whole process group; a worker that drains still needs its model.
  process.on('SIGINT', () => undefined);

  const server = createModelServer(await loadTextEngine(localModelPaths(cacheDir)));
  server.listen(0, '127.0.0.1', () => report({ port: (server.address() as AddressInfo).port }));
}

function report(line: ServerLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

main(process.argv[2] ?? '.').catch((error: unknown) => {
  report({ problem: error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : 'unknown error' });
  process.exitCode = 1;
  process.stdin.destroy();
});
