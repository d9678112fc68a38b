import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { anyFreePort } from '../../src/embedded/free-port';
import { waitUntil } from './wait-until';

export type Prometheus = {
  /** The values of an instant query, by the labels that are asked for. */
  query(expression: string): Promise<{ labels: Record<string, string>; value: number }[]>;
  close(): Promise<void>;
};

/**
 * The path of a Prometheus: the one there is, else Debian's, installed without its service where this is Debian and root.
 * Undefined where neither can be.
 */
export function findPrometheus(): string | undefined {
  const found = onPath();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  // The package would start its service; init refuses while this policy says so.
  const policy = '/usr/sbin/policy-rc.d';
  if (!existsSync(policy)) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  try {
    execFileSync('apt-get', ['update'], options);
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'prometheus'], options);
  } catch {
    return undefined;
  }
  return onPath();
}

function onPath(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/bin'];
  return folders.map((folder) => path.join(folder, 'prometheus')).find(existsSync);
}

/** A Prometheus that scrapes one address every half second. */
export async function startPrometheus(binary: string, folder: string, target: string): Promise<Prometheus> {
  const address = `127.0.0.1:${await anyFreePort()}`;
  const file = path.join(folder, 'prometheus.yml');
  const job = { job_name: 'cadenza', scrape_interval: '500ms', static_configs: [{ targets: [target] }] };
  writeFileSync(file, JSON.stringify({ scrape_configs: [job] }));
  const words = [`--config.file=${file}`, `--storage.tsdb.path=${folder}/tsdb`, `--web.listen-address=${address}`];
  const child = spawn(binary, words, { stdio: 'ignore' });
  await waitUntil(async () => (await fetch(`http://${address}/-/ready`)).ok);
  return {
    async query(expression) {
      const response = await fetch(`http://${address}/api/v1/query?${new URLSearchParams({ query: expression })}`);
      const { status, data, error } = (await response.json()) as {
        status: string;
        error?: string;
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      if (status !== 'success') throw new Error(`${expression}: ${error ?? status}`);
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async close() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
