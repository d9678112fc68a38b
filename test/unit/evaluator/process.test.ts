import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { compiledFile } from '../../../src/config/package-paths';

test('the process of expressions outlives a signal to its group, and ends with its parent', async () => {
  const child = fork(compiledFile('evaluator', 'process.js'), [], { stdio: 'ignore' });
  try {
    const answer = async () => {
      const reply = once(child, 'message') as Promise<[unknown]>;
      child.send([{ expression: '1 + 1', scope: {} }]);
      return (await Promise.race([reply, once(child, 'exit').then(() => ['ended'])]))[0];
    };
    expect(await answer()).toEqual([{ value: 2 }]);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) child.kill(signal);
    await sleep(100);
    expect(await answer()).toEqual([{ value: 2 }]);
    const ended = once(child, 'exit');
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});
