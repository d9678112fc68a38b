import { mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Progress } from './download-file';
import { checkFile } from './file-hash';
import type { Expected } from './file-hash';
import { LOCAL_MODEL } from './local-model-pins';
import { WEIGHTS_FROM } from './weight-sources';
import type { WeightSource } from './weight-sources';

export type InstallWeightsOptions = {
  target: string;
  say: (sentence: string) => void;
  progress?: (progress: Progress) => void;
  sources?: readonly WeightSource[];
  expected?: Expected;
};

/**
 * Puts the weights at `target`, from the first source that gives exactly the expected file. They appear there whole or
 * not at all. Throws an Error with a reason for each source where none does.
 */
export async function installWeights(options: InstallWeightsOptions): Promise<void> {
  const { target, say, progress = () => undefined, sources = WEIGHTS_FROM, expected = LOCAL_MODEL } = options;
  const reasons: string[] = [];
  for (const source of sources) {
    const folder = await mkdtemp(`${target}.part-`);
    const file = path.join(folder, 'weights');
    try {
      say(`Getting the weights from ${source.name}.`);
      await source.fetch(file, folder, progress);
      await checkFile(file, expected);
      await rename(file, target);
      return;
    } catch (error) {
      const reason = `${source.name}: ${(error as Error).message}`;
      reasons.push(reason);
      say(`Not from ${reason}.`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  throw new Error(`no source gave the weights (${reasons.join('; ')})`);
}
