import { execFileSync } from 'node:child_process';
import { compiledFile } from '../../../src/config/package-paths';

/** What commands load that neither ask a Temporal server, nor are a Worker, nor ask an endpoint. */
const FILES = [['machine-models.js'], ['cli', 'commands', 'down.js'], ['gateway', 'openai-provider.js']].map((parts) =>
  compiledFile(...parts),
);

// Seconds of CPU to load, used or not: 0.8 the Worker, 0.3 the client of Temporal, 0.1 that of OpenAI.
const HEAVY = /@temporalio\/(client|worker)\/|\/lib\/worker\.js$|\/openai\/client\.js$/;

it('loads neither the Worker, nor the client of Temporal or of OpenAI, before somebody needs it', () => {
  const script = `
    for (const file of ${JSON.stringify(FILES)}) require(file);
    console.log(JSON.stringify(Object.keys(require.cache)));`;
  const loaded = JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })) as string[];
  expect(loaded).toEqual(expect.arrayContaining(FILES));
  expect(loaded.filter((file) => HEAVY.test(file))).toEqual([]);
});
