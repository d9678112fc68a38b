const NATIVE = Symbol.for('cadenza.test.require');

/** Has Node.js load a package once for all files, see `shared-environment.cjs`. The global setup has no environment. */
module.exports = {
  getCacheKey: (source, filename) => `${filename.replace(/[^\w]+/g, '-')}-${NATIVE in globalThis}`,
  process: (source, filename) => ({
    code:
      NATIVE in globalThis
        ? `module.exports = globalThis[Symbol.for('cadenza.test.require')](${JSON.stringify(filename)});`
        : source,
  }),
};
