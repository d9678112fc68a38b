import path from 'node:path';
import { CadenzaError } from '../../contracts/failures';
import { ENGINE, LOCAL_MODEL } from './local-model-pins';
import type { EnginePlatform } from './local-model-pins';

/** Where the parts of the local model are inside a cache folder. A part is there only when it is whole. */
export type LocalModelPaths = { root: string; engine: string; engineEntry: string; weights: string };

/** The paths for this platform and the pinned versions: a new pin is a new path, so an old install never passes. */
export function localModelPaths(cacheDir: string): LocalModelPaths {
  const root = path.resolve(cacheDir, 'local-model');
  const engine = path.join(root, `engine-${ENGINE.version}-${process.platform}-${process.arch}`);
  return {
    root,
    engine,
    engineEntry: path.join(engine, ...ENGINE.entry.split('/')),
    weights: path.join(root, LOCAL_MODEL.file),
  };
}

/** The platform this process runs on. Throws `ModelNotInstalled` where the engine has no binary for it. */
export function enginePlatform(platform = `${process.platform}-${process.arch}`): EnginePlatform {
  if (Object.hasOwn(ENGINE.binaries, platform)) return platform as EnginePlatform;
  const known = Object.keys(ENGINE.binaries).join(', ');
  throw new CadenzaError('ModelNotInstalled', `The local model does not run on ${platform}; it runs on ${known}.`);
}
