import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** The program that ships with the example, and the one that the reference traces were recorded with. */
const PROGRAMS = {
  node: [process.execPath, path.join(__dirname, '../../examples/game-of-24/simulated-model.mjs')],
  python: ['python3', path.join(__dirname, '../fixtures/game-of-24/simulated-model.py')],
} as const;

export type SimulatedModel = {
  /** Base URL, ending in `/v1`. */
  readonly url: string;
  /** The texts of one request with `n` samples. */
  ask(prompt: string, n?: number): Promise<string[]>;
  /** Requests so far. */
  readonly requests: number;
  close(): Promise<void>;
};

/** Starts the simulated model of the Game of 24 on a free port, and resolves once it listens. */
export function startSimulatedModel(...options: string[]): Promise<SimulatedModel> {
  return startProgram('node', options);
}

/** As startSimulatedModel, with the program of one's choice. */
export async function startProgram(name: keyof typeof PROGRAMS, options: string[]): Promise<SimulatedModel> {
  const port = await freePort();
  const [command, program] = PROGRAMS[name];
  const child = spawn(command, [program, '--port', String(port), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the simulated model ended before it listened'))),
  ]);
  let requests = 0;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    get requests() {
      return requests;
    },
    async ask(prompt, n = 1) {
      requests += 1;
      const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-4', n, messages: [{ role: 'user', content: prompt }] }),
      });
      const body = (await response.json()) as { choices: { message: { content: string } }[] };
      return body.choices.map(({ message }) => message.content);
    },
    async close() {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
