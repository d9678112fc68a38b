import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Environment } from '../../../src/config/environment';
import { forgetHandlers, keepHandlers, withKeptHandlers } from '../../../src/embedded/kept-handlers';

let home: string;
let handlers: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'cadenza-home-'));
  handlers = path.join(home, 'own.cjs');
  writeFileSync(handlers, 'exports.a = () => 1;\n');
});
afterEach(() => rmSync(home, { recursive: true }));

const environment = (more: Partial<Environment> = {}) => ({ home, store: home, ...more }) as Environment;

test('what names no handlers has those that the worker last ran with, until they are forgotten', () => {
  expect(withKeptHandlers(environment()).handlers).toBeUndefined();
  keepHandlers(environment({ handlers }));
  keepHandlers(environment());
  expect(withKeptHandlers(environment())).toEqual(environment({ handlers }));
  forgetHandlers(home);
  expect(withKeptHandlers(environment()).handlers).toBeUndefined();
});

test('others that are named go before them', () => {
  keepHandlers(environment({ handlers }));
  expect(withKeptHandlers(environment({ handlers: '/other.cjs' })).handlers).toBe('/other.cjs');
});

test('a module that is gone is told, with its path and what to do', () => {
  keepHandlers(environment({ handlers }));
  rmSync(handlers);
  expect(() => withKeptHandlers(environment())).toThrow(
    expect.objectContaining({
      type: 'ConfigurationInvalid',
      field: 'CADENZA_HANDLERS',
      message: expect.stringContaining(handlers),
    }),
  );
});
