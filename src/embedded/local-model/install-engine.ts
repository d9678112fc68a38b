import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import lock from './engine-lock.json';
import { ENGINE } from './local-model-pins';
import type { LocalModelPaths } from './local-model-paths';
import type { EnginePlatform } from './local-model-pins';
import { runCommand } from './run-command';

type LockedPackage = { version?: string; optional?: boolean; dependencies?: Record<string, string> };

/** Installs what the package.json and package-lock.json in `folder` say. */
export type InstallPackages = (folder: string) => Promise<void>;

/**
 * Puts the engine in its folder, with this platform's binary only. Every package is checked against the committed lock,
 * no install script runs, nothing is compiled. The folder appears when all of it is there. Throws an Error with the reason.
 */
export async function installEngine(
  paths: LocalModelPaths,
  platform: EnginePlatform,
  installPackages: InstallPackages = npmInstall,
): Promise<void> {
  const folder = await mkdtemp(`${paths.engine}.part-`);
  try {
    const { manifest, packageLock } = lockFor(platform);
    await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
    await writeFile(path.join(folder, 'package-lock.json'), JSON.stringify(packageLock));
    await installPackages(folder);
    for (const unused of ENGINE.unused) await rm(path.join(folder, unused), { force: true });
    for (const needed of [ENGINE.entry, `node_modules/${ENGINE.binaries[platform]}/package.json`]) {
      if (!(await exists(path.join(folder, needed)))) throw new Error(`npm left out ${needed}`);
    }
    await rm(paths.engine, { recursive: true, force: true });
    await rename(folder, paths.engine);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The committed lock with one platform's binary made a dependency: the others, GPU builds too, stay optional. */
export function lockFor(platform: EnginePlatform) {
  const binary = ENGINE.binaries[platform];
  const dependencies = { [ENGINE.name]: ENGINE.version, [binary]: ENGINE.version };
  const packages: Record<string, LockedPackage> = { ...lock.packages };
  const { optional: _optional, ...locked } = packages[`node_modules/${binary}`] ?? {};
  packages[''] = { ...packages[''], dependencies };
  packages[`node_modules/${binary}`] = locked;
  return {
    manifest: { name: lock.name, version: lock.version, private: true, dependencies },
    packageLock: { ...lock, packages },
  };
}

async function npmInstall(folder: string): Promise<void> {
  const omit = ['--omit=optional', '--omit=dev', '--omit=peer'];
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  // Under `npx` npm hands its own settings down by environment; these two must not be taken over.
  const here = ['--prefix=.', '--location=project'];
  await runCommand('npm', ['ci', '--ignore-scripts', ...omit, ...here, ...quiet], { cwd: folder, timeoutMs: 600_000 });
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
