const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

const { compileFunction } = vm;
// Jest names the context to compile in; that of Node.js itself is the one without a name.
vm.compileFunction = (code, parameters, options = {}) => {
  const { parsingContext, ...others } = options;
  return compileFunction(code, parameters, parsingContext === globalThis ? others : options);
};
globalThis[Symbol.for('cadenza.test.require')] ??= require;

/**
 * Tests run in the context of Node.js itself instead of one of their own, so that a package that was loaded for one
 * file serves the next (`shared-package-transform.cjs`): the SDK, gRPC and zod took 0.6 s of CPU of each file.
 * What a file adds to the globals and changes in the environment is taken back at its end.
 */
class SharedEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const { moduleMocker, fakeTimersModern } = this;
    this.unused = this.global;
    this.global = globalThis;
    this.moduleMocker = new moduleMocker.constructor(globalThis);
    this.fakeTimersModern = new fakeTimersModern.constructor({ config: config.projectConfig, global: globalThis });
    this.globals = new Set(Reflect.ownKeys(globalThis));
    this.console = console;
    this.variables = { ...process.env };
    this.exitCode = process.exitCode;
  }

  getVmContext() {
    return this.global;
  }

  async teardown() {
    this.fakeTimersModern.dispose();
    // What Jest keeps for good can not be deleted.
    for (const key of Reflect.ownKeys(globalThis)) if (!this.globals.has(key)) Reflect.deleteProperty(globalThis, key);
    globalThis.console = this.console;
    for (const name of Object.keys(process.env)) if (!(name in this.variables)) delete process.env[name];
    Object.assign(process.env, this.variables);
    process.exitCode = this.exitCode;
    // So that the end of the environment does not end Node.js's own globals.
    this.global = this.unused;
    await super.teardown();
  }
}
module.exports = SharedEnvironment;
