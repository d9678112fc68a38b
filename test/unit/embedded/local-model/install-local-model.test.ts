import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { installEngine, lockFor } from '../../../../src/embedded/local-model/install-engine';
import { installLocalModel } from '../../../../src/embedded/local-model/install-local-model';
import type { InstallSteps } from '../../../../src/embedded/local-model/install-local-model';
import { ENGINE, LOCAL_MODEL } from '../../../../src/embedded/local-model/local-model-pins';
import { enginePlatform, localModelPaths } from '../../../../src/embedded/local-model/local-model-paths';
import { localModelStatus } from '../../../../src/embedded/local-model/local-model-status';
import { scratchFolder } from './scratch-folder';

const at = scratchFolder();
const platform = 'linux-x64';

/** Writes what npm would, as far as it is looked at. */
async function fakeNpm(folder: string): Promise<void> {
  for (const file of [ENGINE.entry, `node_modules/${ENGINE.binaries[platform]}/package.json`, ...ENGINE.unused]) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), '');
  }
}

function fakeSteps(overrides: Partial<InstallSteps> = {}): InstallSteps & { ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    async engine(paths) {
      ran.push('engine');
      await installEngine(paths, platform, fakeNpm);
    },
    async weights(target) {
      ran.push('weights');
      await sleep(100);
      writeFileSync(target, Buffer.alloc(LOCAL_MODEL.bytes));
    },
    async check() {
      ran.push('check');
    },
    ...overrides,
  };
}

function install(steps: InstallSteps) {
  const said: string[] = [];
  return { said, done: installLocalModel({ cacheDir: at(), say: (line) => said.push(line), steps }) };
}

describe('installing the local model', () => {
  it('says the size and the time before it starts, and counts as installed only at the end', async () => {
    expect((await localModelStatus(at())).installed).toBe(false);
    const steps = fakeSteps({
      async check(cacheDir) {
        expect((await localModelStatus(cacheDir)).installed).toBe(true);
      },
    });
    const { said, done } = install(steps);
    expect(await done).toMatchObject({ installed: true, engine: true, weights: true });
    expect(said[0]).toMatch(/160 MB .* 150 MB .* minute/);
  });

  it('fetches nothing a second time, and only what is missing after half of it is lost', async () => {
    await install(fakeSteps()).done;
    const again = fakeSteps();
    await install(again).done;
    expect(again.ran).toEqual([]);
    writeFileSync(localModelPaths(at()).weights, 'cut off');
    expect(await localModelStatus(at())).toMatchObject({ installed: false, engine: true, weights: false });
    const third = fakeSteps();
    await install(third).done;
    expect(third.ran).toEqual(['weights', 'check']);
  });

  it('is done once by two at the same time: the second waits and says so', async () => {
    const [first, second] = [fakeSteps(), fakeSteps()];
    const one = install(first);
    await sleep(20);
    const two = install(second);
    await Promise.all([one.done, two.done]);
    expect([...first.ran, ...second.ran]).toEqual(['engine', 'weights', 'check']);
    expect(two.said[0]).toContain('Another process is installing');
  });

  it('that fails is a typed failure with the reason, and is not installed', async () => {
    const { done } = install(fakeSteps({ weights: () => Promise.reject(new Error('no source gave the weights')) }));
    await expect(done).rejects.toMatchObject({
      type: 'ModelNotInstalled',
      message: 'The local model can not be installed: no source gave the weights.',
    });
    expect((await localModelStatus(at())).installed).toBe(false);
  });

  it('clears away what a killed installation left half-written', async () => {
    const { root } = localModelPaths(at());
    mkdirSync(path.join(root, `engine-${ENGINE.version}-x.part-abc`, 'node_modules'), { recursive: true });
    mkdirSync(path.join(root, `${LOCAL_MODEL.file}.part-abc`));
    await install(fakeSteps()).done;
    expect(readdirSync(root).filter((name) => name.includes('.part-'))).toEqual([]);
  });
});

describe('the engine', () => {
  it('appears whole or not at all', async () => {
    const paths = localModelPaths(at());
    mkdirSync(paths.root);
    const halfway = async (folder: string) => {
      await fakeNpm(folder);
      throw new Error('npm was ended (SIGKILL) before it was done');
    };
    await expect(installEngine(paths, platform, halfway)).rejects.toThrow('SIGKILL');
    await expect(installEngine(paths, platform, async () => undefined)).rejects.toThrow(`npm left out ${ENGINE.entry}`);
    expect(readdirSync(paths.root)).toEqual([]);
    await installEngine(paths, platform, fakeNpm);
    expect(readFileSync(paths.engineEntry, 'utf8')).toBe('');
  });

  it.each(Object.keys(ENGINE.binaries))(
    'has a locked hash for every package on %s, and no address of a registry',
    (name) => {
      const { manifest, packageLock } = lockFor(enginePlatform(name));
      expect(Object.values(manifest.dependencies)).toEqual([ENGINE.version, ENGINE.version]);
      const packages = Object.entries(packageLock.packages).filter(([key]) => key !== '');
      const wanted = packages.filter(([, entry]) => !entry.optional).map(([key]) => key);
      expect(wanted.filter((key) => key.includes('@node-llama-cpp/'))).toEqual([
        `node_modules/${ENGINE.binaries[enginePlatform(name)]}`,
      ]);
      for (const [key, entry] of packages)
        expect([key, entry]).toEqual([key, expect.objectContaining({ integrity: expect.stringMatching(/^sha512-/) })]);
      expect(JSON.stringify(packageLock)).not.toMatch(/"resolved"/);
    },
  );

  it('names the platforms it runs on where this one is not among them', () => {
    expect(() => enginePlatform('sunos-sparc')).toThrow(/does not run on sunos-sparc; it runs on linux-x64,/);
  });
});
