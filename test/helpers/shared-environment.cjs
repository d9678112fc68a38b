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
 * Globals, spies, variables, the folder and the exit code are at the end of a file what they were; listeners on
 * `process` stay, as some belong to the packages.
 */
class SharedEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const { moduleMocker, fakeTimersModern } = this;
    this.unused = this.global;
    this.global = globalThis;
    this.moduleMocker = new moduleMocker.constructor(globalThis);
    this.fakeTimersModern = new fakeTimersModern.constructor({ config: config.projectConfig, global: globalThis });
    this.globals = Object.getOwnPropertyDescriptors(globalThis);
    this.variables = { ...process.env };
    const { exit, exitCode } = process;
    this.process = { exit, exitCode };
    this.folder = process.cwd();
  }

  getVmContext() {
    return this.global;
  }

  async teardown() {
    this.fakeTimersModern.dispose();
    this.moduleMocker.restoreAllMocks();
    restoreGlobals(this.globals);
    for (const name of Object.keys(process.env)) if (!(name in this.variables)) delete process.env[name];
    Object.assign(process.env, this.variables);
    Object.assign(process, this.process);
    process.chdir(this.folder);
    // So that the end of the environment does not end Node.js's own globals.
    this.global = this.unused;
    await super.teardown();
  }
}

function restoreGlobals(before) {
  for (const key of Reflect.ownKeys(globalThis)) {
    const was = before[key];
    const is = Object.getOwnPropertyDescriptor(globalThis, key);
    // What Jest keeps for good can not be deleted: no error.
    if (!was) Reflect.deleteProperty(globalThis, key);
    else if (was.value !== is?.value || was.get !== is?.get) Reflect.defineProperty(globalThis, key, was);
  }
}

module.exports = SharedEnvironment;
