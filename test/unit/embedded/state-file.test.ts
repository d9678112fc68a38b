import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { commandLineOf, endProcess, processAlive } from '../../../src/embedded/process-info';
import { readStateFile, removeStateFile, writeStateFile } from '../../../src/embedded/state-file';

const children: ChildProcess[] = [];
const schema = z.object({ pid: z.number() });
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cadenza-state-'));
  file = path.join(folder, 'worker.json');
});
afterEach(() => {
  children.splice(0).forEach((child) => child.kill('SIGKILL'));
  rmSync(folder, { recursive: true, force: true });
});

describe('a state file', () => {
  test('is read back as it was written, by its owner only, and leaves no draft behind', () => {
    writeStateFile(file, { pid: 1 });
    writeStateFile(file, { pid: 2 });
    expect(readStateFile(file, schema)).toEqual({ pid: 2 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['worker.json']);
  });

  test.each(['', '{"pid": 1', '{"pid": "x"}', 'null', '\0\0'])('counts as missing when it holds %j', (text) => {
    writeFileSync(file, text);
    expect(readStateFile(file, schema)).toBeUndefined();
  });

  test('that is missing reads as undefined and is removed without an error', () => {
    expect(readStateFile(file, schema)).toBeUndefined();
    removeStateFile(file);
  });

  test('that can not be written keeps its old content and leaves no draft', () => {
    writeStateFile(file, { pid: 1 });
    expect(() => writeStateFile(file, { pid: 1n })).toThrow();
    expect(() => writeStateFile(path.join(folder, 'none', 'x.json'), {})).toThrow('ENOENT');
    expect(readStateFile(file, schema)).toEqual({ pid: 1 });
    mkdirSync(path.join(folder, 'taken.json'));
    expect(() => writeStateFile(path.join(folder, 'taken.json'), {})).toThrow();
    expect(readdirSync(folder).sort()).toEqual(['taken.json', 'worker.json']);
  });
});

describe('a process', () => {
  const start = async (program: string) => {
    const child = spawn(process.execPath, ['-e', program, 'marked word'], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    await once(child.stdout, 'data');
    return { child, pid: child.pid ?? 0 };
  };

  test('is known by its command line', async () => {
    const { child, pid } = await start('console.log(1); setInterval(() => {}, 1e6)');
    expect(processAlive(pid)).toBe(true);
    expect(commandLineOf(pid)).toContain('marked word');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(processAlive(pid)).toBe(false);
    expect(commandLineOf(pid)).toBeUndefined();
  });

  test('that nobody collected after its end is not alive', async () => {
    // The shell starts a child, says its id and becomes a program that never collects it.
    const shell = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(shell);
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(processAlive(Number(line.toString()))).toBe(false);
  });

  test('that ignores SIGTERM is killed once its time is over', async () => {
    const { child, pid } = await start("process.on('SIGTERM', () => {}); console.log(1); setInterval(() => {}, 1e6)");
    const exit = once(child, 'exit');
    const started = Date.now();
    await endProcess(pid, () => processAlive(pid), 300);
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(Date.now() - started).toBeGreaterThanOrEqual(300);
  });

  test('that is not the one that was meant gets no signal', async () => {
    const { pid } = await start('console.log(1); setInterval(() => {}, 1e6)');
    await endProcess(pid, () => false, 100);
    expect(processAlive(pid)).toBe(true);
  });
});
