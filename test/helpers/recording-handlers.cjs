// Handlers for tests whose Workers are killed: what they do is written to a file, one line each.
const { appendFileSync } = require('node:fs');

module.exports = {
  record: (inputs) => {
    appendFileSync(process.env.RECORD_FILE, `${JSON.stringify(inputs)}\n`);
    return { n: inputs.n };
  },
};
