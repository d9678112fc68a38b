const { createHash } = require('node:crypto');

const NATIVE = Symbol.for('cadenza.test.require');

/** Has Node.js load a package once for all files, see `shared-environment.cjs`. The global setup has no environment. */
module.exports = {
  getCacheKey: (source, filename) =>
    createHash('sha256')
      .update(`${filename} ${NATIVE in globalThis ? '' : source}`)
      .digest('hex'),
  process: (source, filename) => ({
    code:
      NATIVE in globalThis
        ? `module.exports = globalThis[Symbol.for('cadenza.test.require')](${JSON.stringify(filename)});`
        : source,
  }),
};
