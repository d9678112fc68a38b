import { stat } from 'node:fs/promises';
import { LOCAL_MODEL } from './local-model-pins';
import { localModelPaths } from './local-model-paths';

/** What of the local model is on this machine. */
export type LocalModelStatus = {
  model: string;
  installed: boolean;
  engine: boolean;
  weights: boolean;
  /** Where it is, or would be. */
  folder: string;
};

/** Looks at the cache folder; reads no large file and starts nothing. */
export async function localModelStatus(cacheDir: string): Promise<LocalModelStatus> {
  const paths = localModelPaths(cacheDir);
  const engine = (await sizeOf(paths.engineEntry)) !== undefined;
  const weights = (await sizeOf(paths.weights)) === LOCAL_MODEL.bytes;
  return { model: LOCAL_MODEL.id, installed: engine && weights, engine, weights, folder: paths.root };
}

async function sizeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}
