// A Worker that kills itself (SIGKILL: no handler runs) at one point of its n-th call of a step `call…`:
// KILL_AT=<point>:<n>. Without it, a Worker as any other. The points are those of the journal, which stands around
// every call. What is on disk is noted in `on-disk.log` of its home, so that a test can tell a call that was repeated
// without need.
const { appendFileSync } = require('node:fs');
const path = require('node:path');
const fileJournal = require('../../lib/store/file-journal.js');

const [point, count] = (process.env.KILL_AT ?? '').split(':');
let reached = 0;
const pass = (name) => {
  if (name === point && (reached += 1) === Number(count)) process.kill(process.pid, 'SIGKILL');
};

const { createFileJournal } = fileJournal;
fileJournal.createFileJournal = (...options) => {
  const journal = createFileJournal(...options);
  return {
    ...journal,
    async open(key, signal) {
      const entry = await journal.open(key, signal);
      if (entry.kind === 'answered') return entry;
      if (!key.step.startsWith('call')) return entry;
      pass('before');
      return {
        ...entry,
        async sending(worstCase) {
          await entry.sending(worstCase);
          // Long enough to be on the wire, and shorter than the model takes.
          setTimeout(() => pass('wire'), 80);
        },
        async answered(...answer) {
          pass('answered');
          const counted = await entry.answered(...answer);
          const line = JSON.stringify({ step: key.step, at: Date.now() });
          appendFileSync(path.join(process.env.CADENZA_HOME, 'on-disk.log'), `${line}\n`);
          pass('journalled');
          setTimeout(() => pass('completing'), 1);
          return counted;
        },
      };
    },
  };
};

require('./worker-process.cjs');
