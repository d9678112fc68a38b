const { CadenzaError } = require('../../lib/contracts/failures.js');

let failuresLeft = 0;

/** Handlers of the recorded runs: `flaky` fails once after each `failAgain`, `patient` waits to be cancelled. */
const handlers = {
  never: () => false,
  echo: (inputs, config) => ({ ...config, ...inputs }),
  flaky: () => {
    failuresLeft -= 1;
    if (failuresLeft >= 0) throw new Error('not yet');
    return { ok: true };
  },
  permanent: () => {
    throw new CadenzaError('DocumentCorrupt', 'x.pdf is damaged');
  },
  patient: (_inputs, _config, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
};

/** From here on `flaky` fails once again. */
function failAgain() {
  failuresLeft = 1;
}

module.exports = { handlers, failAgain };
