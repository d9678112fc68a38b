import { randomBytes } from 'node:crypto';
import { keysOfStore } from '../../client';
import { readEnvironment } from '../../config/environment';
import { KEY_ID, KEYS_VARIABLE } from '../../config/encryption-keys';
import { CadenzaError } from '../../contracts/failures';
import { shown } from '../../contracts/nearest-name';
import { EXIT } from '../../contracts/run';
import type { Terminal } from '../terminal';

/** `cadenza keys new`: prints a new key as an entry of CADENZA_ENCRYPTION_KEYS, and keeps it nowhere. */
export async function newKey(
  terminal: Terminal,
  id: string | undefined,
  { json = false }: { json?: boolean },
): Promise<number> {
  const name = id ?? `${new Date().toISOString().slice(0, 10)}-${randomBytes(2).toString('hex')}`;
  if (!KEY_ID.test(name)) {
    throw new CadenzaError(
      'InvalidInput',
      `the id "${shown(name)}" can not be used: at most 64 letters, digits, _ and -, the first a letter or digit`,
      { field: 'id' },
    );
  }
  const key = randomBytes(32).toString('base64');
  if (json) terminal.printJson({ id: name, key });
  else terminal.print([`${name}:${key}`]);
  terminal.say(
    `Keep it where only you can read it: what is encrypted with it is lost without it. In front of the others in ${KEYS_VARIABLE} it encrypts from then on; behind them it only decrypts.`,
  );
  return EXIT.ok;
}

type KeyState = { id: string; given: boolean; encrypts: boolean; usedByStore: boolean };

/** `cadenza keys`: the ids of the keys, what each is for, and whether one is missing. Never a key itself. */
export async function listKeys(terminal: Terminal, { json = false }: { json?: boolean }): Promise<number> {
  const { encryptionKeys = [], store } = readEnvironment();
  const used = await keysOfStore(store);
  const given = encryptionKeys.map(({ id }) => id);
  const keys = [...new Set([...given, ...used])].map((id): KeyState => ({
    id,
    given: given.includes(id),
    encrypts: id === given[0],
    usedByStore: used.includes(id),
  }));
  if (json) terminal.printJson({ keys });
  else if (keys.length === 0) {
    terminal.say(
      `Nothing is encrypted. To switch it on: \`npx cadenza keys new\`, and put the line into ${KEYS_VARIABLE}.`,
    );
  } else terminal.print(keys.map((key) => `${key.id.padEnd(24)} ${stateOf(key)}`));
  // The newest key of a store is the one that nothing works without.
  return used[0] !== undefined && !given.includes(used[0]) ? EXIT.failed : EXIT.ok;
}

function stateOf({ given, encrypts, usedByStore }: KeyState): string {
  if (!given) return 'used before, not given now: what is encrypted with it can not be read';
  if (encrypts) return 'encrypts and decrypts';
  return usedByStore ? 'decrypts what is older' : 'decrypts; nothing here was encrypted with it yet';
}
