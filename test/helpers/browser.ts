import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const INSTALL_MS = 170_000;

/**
 * A real Chromium: the one that CHROMIUM names or the path has, else Debian's, installed once where this is root there.
 * Undefined, with the reason on stderr, where there is none: the tests then see the pages without a browser.
 */
export async function launchBrowser(): Promise<Browser | undefined> {
  const executablePath = found() ?? (await installed());
  if (executablePath === undefined) return undefined;
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

function found(): string | undefined {
  const named = process.env['CHROMIUM'];
  if (named) return named;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => existsSync(file));
}

async function installed(): Promise<string | undefined> {
  const isDebian = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  if (!isDebian) {
    process.stderr.write('No Chromium here (CHROMIUM names one): what needs a browser is skipped.\n');
    return undefined;
  }
  process.stderr.write("No Chromium here: Debian's is installed, once (some 100 MB).\n");
  try {
    const run = promisify(execFile);
    const options = { timeout: INSTALL_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    await run('/usr/bin/apt-get', ['update', '-qq'], options);
    await run('/usr/bin/apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], options);
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
    process.stderr.write(`Chromium could not be installed (${line ?? ''}): what needs a browser is skipped.\n`);
  }
  return found();
}
