import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { CadenzaError } from '../contracts/failures';
import type { TelemetrySettings } from '../contracts/telemetry-settings';
import type { EncryptionKey } from './encryption-keys';
import { KEYS_FILE_VARIABLE, KEYS_VARIABLE, parseEncryptionKeys, readEncryptionKeys } from './encryption-keys';
import { refusedProtocol, TELEMETRY_ALLOWED, TELEMETRY_VARIABLES, telemetrySettings } from './telemetry-settings';
import { SECRET_RULE, isWebhookSecret } from './webhook-secret';

/**
 * What the environment says, with every path absolute. What was not set and has no default is left out. Can hold
 * secrets: never print it whole.
 */
export type Environment = {
  /** State of this project: server, worker, database, store. */
  home: string;
  /** Folder of the content store. */
  store: string;
  /** Whether Workers on several hosts see the store: declared by a person. */
  storeShared?: true;
  /** What may be shared between projects and fetched again: server binary, local model. */
  cache: string;
  /** File of the model registry. */
  models?: string;
  /** Module of the user's own handlers. */
  handlers?: string;
  /** Ports of the embedded server, only where a person chose them: then they are not negotiable. */
  temporalPort?: number;
  uiPort?: number;
  /** Secrets that webhooks are signed with: the first signs. */
  webhookSecrets?: readonly string[];
  /** Whether webhooks may go to private addresses. */
  webhookPrivate?: true;
  /** What an event that comes by HTTP is let in by: a signature with one of the secrets, or the token. */
  eventsSecrets?: readonly string[];
  eventsToken?: string;
  /** Keys for payloads and the content store: the first encrypts, all decrypt. Nothing is encrypted where there are none. */
  encryptionKeys?: readonly EncryptionKey[];
  /** What requests to `cadenza codec` must carry. */
  codecToken?: string;
  /** Logs, metrics, traces and health of this process. */
  telemetry: TelemetrySettings;
  /** The variables that `@temporalio/envconfig` reads. Can hold an API key and certificates: never print it. */
  temporal: Readonly<Record<string, string>>;
};

/** The folder of a project's state below the working directory. */
export const DEFAULT_HOME = '.cadenza';

/**
 * Reads and checks every variable that Cadenza knows; an empty value counts as not set. Creates nothing.
 * Throws `ConfigurationInvalid`, naming the variable, its value and what is allowed.
 */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): Environment {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = variables(cwd).safeParse(given);
  if (!parsed.success) throw wrongVariable(parsed.error, given as Record<string, string>);
  const known = parsed.data;
  const encryptionKeys = encryptionKeysOf(given as Record<string, string>, cwd);
  const home = known.CADENZA_HOME ?? path.join(cwd, DEFAULT_HOME);
  return {
    home,
    store: known.CADENZA_STORE ?? path.join(home, 'store'),
    cache: known.CADENZA_CACHE ?? path.join(userCache(given as Record<string, string>), 'cadenza'),
    ...(known.CADENZA_STORE_SHARED === 'true' && { storeShared: true as const }),
    ...(known.CADENZA_MODELS && { models: known.CADENZA_MODELS }),
    ...(known.CADENZA_HANDLERS && { handlers: known.CADENZA_HANDLERS }),
    ...(known.CADENZA_TEMPORAL_PORT && { temporalPort: known.CADENZA_TEMPORAL_PORT }),
    ...(known.CADENZA_UI_PORT && { uiPort: known.CADENZA_UI_PORT }),
    ...(known.CADENZA_WEBHOOK_SECRET && { webhookSecrets: known.CADENZA_WEBHOOK_SECRET }),
    ...(known.CADENZA_WEBHOOK_PRIVATE === '1' && { webhookPrivate: true }),
    ...(known.CADENZA_EVENTS_SECRET && { eventsSecrets: known.CADENZA_EVENTS_SECRET }),
    ...(known.CADENZA_EVENTS_TOKEN && { eventsToken: known.CADENZA_EVENTS_TOKEN }),
    ...(encryptionKeys && { encryptionKeys }),
    ...(known.CADENZA_CODEC_TOKEN && { codecToken: known.CADENZA_CODEC_TOKEN }),
    telemetry: telemetrySettings(known),
    temporal: Object.fromEntries(
      Object.entries(given as Record<string, string>).filter(([name]) => isReadByTemporal(name)),
    ),
  };
}

function encryptionKeysOf(given: Record<string, string>, cwd: string): EncryptionKey[] | undefined {
  const { [KEYS_VARIABLE]: text, [KEYS_FILE_VARIABLE]: file } = given;
  if (text !== undefined && file !== undefined) {
    throw new CadenzaError(
      'ConfigurationInvalid',
      `${KEYS_VARIABLE} and ${KEYS_FILE_VARIABLE} are both set: unset one of them.`,
      { field: KEYS_FILE_VARIABLE },
    );
  }
  if (file !== undefined) return readEncryptionKeys(path.resolve(cwd, file));
  return text === undefined ? undefined : parseEncryptionKeys(text, KEYS_VARIABLE);
}

function variables(cwd: string) {
  const location = z.string().transform((value) => path.resolve(cwd, value));
  const existing = location.refine(existsSync, { error: 'no such file' });
  const port = z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((value) => value >= 1 && value <= 65_535)
    .optional();
  const secrets = z
    .string()
    .transform((value) => value.split(/\s+/).filter((secret) => secret !== ''))
    .refine((all) => all.length > 0 && all.every(isWebhookSecret))
    .optional();
  return z
    .object({
      CADENZA_HOME: location.optional(),
      CADENZA_STORE: location.optional(),
      CADENZA_STORE_SHARED: z.enum(['true', 'false']).optional(),
      CADENZA_CACHE: location.optional(),
      CADENZA_MODELS: existing.optional(),
      CADENZA_HANDLERS: existing.optional(),
      CADENZA_TEMPORAL_PORT: port,
      CADENZA_UI_PORT: port,
      CADENZA_WEBHOOK_SECRET: secrets,
      CADENZA_WEBHOOK_PRIVATE: z.enum(['0', '1']).optional(),
      CADENZA_EVENTS_SECRET: secrets,
      CADENZA_EVENTS_TOKEN: z
        .string()
        .regex(/^[\x21-\x7e]{24,500}$/)
        .optional(),
      // It is a part of an address too.
      CADENZA_CODEC_TOKEN: z
        .string()
        .regex(/^[A-Za-z0-9_-]{24,500}$/)
        .optional(),
      ...TELEMETRY_VARIABLES,
    })
    .refine((all) => !all.CADENZA_UI_PORT || all.CADENZA_UI_PORT !== all.CADENZA_TEMPORAL_PORT, {
      path: ['CADENZA_UI_PORT'],
      error: 'the port of the Temporal server itself, CADENZA_TEMPORAL_PORT',
    })
    .superRefine((all, { addIssue }) => {
      const name = refusedProtocol(all);
      if (name !== undefined) addIssue({ code: 'custom', path: [name], message: 'not spoken' });
    });
}

const ALLOWED: Record<string, string> = {
  CADENZA_STORE_SHARED: 'it must be true, where the Workers of all hosts see the same store, or false',
  CADENZA_MODELS: 'it must be the path of a model registry (YAML or JSON); there is no such file',
  CADENZA_HANDLERS: 'it must be the path of a module with handlers; there is no such file',
  CADENZA_TEMPORAL_PORT: 'it must be a port from 1 to 65535',
  CADENZA_UI_PORT: 'it must be a port from 1 to 65535, and not the one in CADENZA_TEMPORAL_PORT',
  CADENZA_WEBHOOK_PRIVATE: 'it must be 1, which lets webhooks go to private addresses, or 0',
  CADENZA_WEBHOOK_SECRET: `${SECRET_RULE}; several are separated by spaces`,
  CADENZA_EVENTS_SECRET: `${SECRET_RULE}; several are separated by spaces`,
  CADENZA_EVENTS_TOKEN: 'it must be 24 to 500 characters of ASCII without spaces',
  CADENZA_CODEC_TOKEN: 'it must be 24 to 500 letters, digits, _ and -',
  ...TELEMETRY_ALLOWED,
};

/** Their values never appear in a message. */
const SECRET: ReadonlySet<string> = new Set([
  'CADENZA_WEBHOOK_SECRET',
  'CADENZA_EVENTS_SECRET',
  'CADENZA_EVENTS_TOKEN',
  'CADENZA_CODEC_TOKEN',
]);

function wrongVariable(error: z.ZodError, given: Record<string, string>): CadenzaError {
  const name = String(error.issues[0]?.path[0]);
  return new CadenzaError(
    'ConfigurationInvalid',
    `${SECRET.has(name) ? `${name} can not be used` : `${name} is ${JSON.stringify(given[name])}`}: ${ALLOWED[name] ?? 'it must be the path of a folder'}.`,
    { field: name },
  );
}

function userCache(given: Record<string, string>): string {
  const named = given.XDG_CACHE_HOME;
  // The XDG specification: a relative path is to be ignored.
  return named && path.isAbsolute(named) ? named : path.join(given.HOME ?? homedir(), '.cache');
}

/** `TEMPORAL_*`, and the variables that say where its configuration file is. */
function isReadByTemporal(name: string): boolean {
  return name.startsWith('TEMPORAL_') || ['HOME', 'XDG_CONFIG_HOME', 'APPDATA', 'USERPROFILE'].includes(name);
}
