import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compiledFile } from '../../../src/config/package-paths';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'cadenza-handlers-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Loads by the compiled loader in a Node of its own: Jest replaces import(). */
function load(name: string, content?: string): { names?: string[]; type?: string; message?: string } {
  const file = path.join(folder, name);
  if (content !== undefined) writeFileSync(file, content);
  const script = `
    const { loadUserHandlers } = require(${JSON.stringify(compiledFile('handlers', 'load-user-handlers.js'))});
    loadUserHandlers(${JSON.stringify(file)}).then(
      (handlers) => console.log(JSON.stringify({ names: Object.keys(handlers) })),
      ({ type, message }) => console.log(JSON.stringify({ type, message })));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })) as ReturnType<typeof load>;
}

describe('handlers of a person', () => {
  test.each([
    ['named exports of a CommonJS module', 'a.cjs', 'exports.shout = (i) => i; exports.count = () => 1;'],
    ['one object as a CommonJS module', 'a.cjs', 'const whole = { shout() {}, count() {} }; module.exports = whole;'],
    [
      'a handlers object in CommonJS',
      'a.cjs',
      'module.exports = { handlers: { shout() {}, count() {} }, version: 1 };',
    ],
    ['named exports of an ES module', 'a.mjs', 'export const shout = (i) => i; export async function count() {}'],
    [
      'a handlers object in an ES module',
      'a.mjs',
      'export const handlers = { shout() {}, count() {} }; export const x = 1;',
    ],
    [
      'compiled TypeScript',
      'a.cjs',
      'Object.defineProperty(exports, "__esModule", { value: true }); exports.shout = () => 1; exports.count = () => 2;',
    ],
  ])('load from %s', (_case, name, content) => {
    expect(load(name, content).names?.sort()).toEqual(['count', 'shout']);
  });

  test.each([
    ['no file', 'none.cjs', undefined, 'there is no such file'],
    ['a folder', '.', undefined, 'is not a file'],
    ['no exports', 'a.cjs', '', 'exports no handler'],
    ['a syntax error', 'a.cjs', 'exports.a = (', 'can not be loaded: '],
    [
      'a missing library',
      'a.cjs',
      'require("no-such-library")',
      "can not be loaded: Cannot find module 'no-such-library'",
    ],
    ['an export that is no function', 'a.cjs', 'exports.retries = 3', '"retries" is not a function'],
    ['handlers that are no object', 'a.cjs', 'exports.handlers = [1]', '"handlers" is not an object of functions'],
    ['the name of a built-in', 'a.cjs', 'exports.classify = () => 1', '"classify" is the name of a built-in handler'],
    ['the name of a model task', 'a.cjs', 'exports.sentiment = () => 1', '"sentiment" is the name of a model task'],
    ['a name of Cadenza', 'a.cjs', 'exports.preparePipeline = () => 1', 'a name that Cadenza uses itself'],
  ])('with %s are refused with file and reason', (_case, name, content, reason) => {
    const { type, message } = load(name, content);
    expect(type).toBe('ConfigurationInvalid');
    expect(message).toContain(path.join(folder, name));
    expect(message).toContain(reason);
  });
});
