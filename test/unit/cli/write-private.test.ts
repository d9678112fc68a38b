import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writePrivate } from '../../../src/cli/write-private';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'cadenza-write-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);

test('what was there is replaced: others who might read the old file, or have it open, do not see the new one', async () => {
  await writeFile(at('page.html'), 'old');
  await chmod(at('page.html'), 0o666);
  const open0 = await open(at('page.html'));
  await writePrivate(at('page.html'), 'secret', { followsLinks: true });
  expect((await stat(at('page.html'))).mode & 0o777).toBe(0o600);
  expect(await readFile(at('page.html'), 'utf8')).toBe('secret');
  expect(await open0.readFile('utf8')).toBe('old');
  await open0.close();
  expect(await readdir(folder)).toEqual(['page.html']);
});

test('a link is followed where it was named, and replaced where it lay under the usual name', async () => {
  await writeFile(at('target'), 'theirs');
  await symlink(at('target'), at('link'));
  await writePrivate(at('link'), 'one', { followsLinks: true });
  expect(await readFile(at('target'), 'utf8')).toBe('one');
  await writePrivate(at('link'), 'two', { followsLinks: false });
  expect([await readFile(at('target'), 'utf8'), await readFile(at('link'), 'utf8')]).toEqual(['one', 'two']);
});

test('a folder is not written over, a device is written to, and nothing is left behind', async () => {
  await mkdir(at('folder'));
  await expect(writePrivate(at('folder'), 'x', { followsLinks: true })).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(writePrivate(at('no/where'), 'x', { followsLinks: true })).rejects.toMatchObject({ code: 'ENOENT' });
  await writePrivate('/dev/null', 'x', { followsLinks: true });
  expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  expect(await readdir(folder)).toEqual(['folder']);
});
